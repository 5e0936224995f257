// After the chat: solved or not, 1 to 5, words. Kept here and sent later when there is no link.
import { CHECK, CHAT, GradeIcon, Icon, INFO } from "../shared/icons";
import type { Chat } from "./chat";
import { t } from "./speak";
import { personOf, talkOf, type Rating, type State } from "./state";
import type { Key } from "./words/en";

const GRADES = [1, 2, 3, 4, 5];
const gradeWord = (n: number) => t(`grade_${n}` as Key);

export function Rate({ state, chat, engagement }: { state: State; chat: Chat; engagement: string }) {
  const missing = state.asked === "grade";
  const name = personOf(talkOf(state)) || t("the_person");
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const said = new FormData(event.currentTarget as HTMLFormElement);
    const score = Number(said.get("score") ?? 0);
    if (!score) return chat.ask("grade");
    const solved = said.get("solved");
    return chat.rate(engagement, score, solved === null ? null : solved === "yes", String(said.get("words") ?? "").trim());
  };
  return (
    <form class="rate" onSubmit={submit}>
      <div class="page">
        <fieldset class="field">
          <legend class="label">{t("solved")}</legend>
          <div class="row">
            <Segment name="solved" value="yes" icon={CHECK} words={t("yes")} />
            <Segment name="solved" value="no" words={t("not_yet")} />
          </div>
        </fieldset>
        <fieldset class="field" aria-describedby={missing ? "rate-missing" : undefined}>
          <legend class="label">{t("how_was", { name })}</legend>
          <div class="row is-tight">
            {GRADES.map((n) => (
              <label class="choice grade" key={n}>
                <input type="radio" name="score" value={n} aria-label={t("grade", { n, word: gradeWord(n) })} onChange={() => chat.ask("")} />
                <GradeIcon grade={n} />
                <span aria-hidden="true">{n}</span>
              </label>
            ))}
          </div>
          <p class="ends" aria-hidden="true">
            <span>{t("poor")}</span>
            <span>{t("very_good")}</span>
          </p>
          {missing && (
            <p class="error" id="rate-missing" role="alert">
              {t("pick_grade")}
            </p>
          )}
        </fieldset>
        <div class="field">
          <label class="label" for="rate-words">
            {t("in_words")}
            <span>{t("optional")}</span>
          </label>
          <textarea class="input" id="rate-words" name="words" rows={3} maxLength={1000} />
        </div>
      </div>
      <footer class="foot">
        <button class="button is-primary">{t("send")}</button>
        <button type="button" class="button is-quiet" onClick={() => chat.putOffRating(engagement)}>
          {t("not_now")}
        </button>
      </footer>
    </form>
  );
}

function Segment({ name, value, icon, words }: { name: string; value: string; icon?: string; words: string }) {
  return (
    <label class="choice segment">
      <input type="radio" name={name} value={value} />
      {icon && <Icon d={icon} size="small" />}
      {words}
    </label>
  );
}

export function Thanks({ rating, state, chat }: { rating: Rating; state: State; chat: Chat }) {
  const name = state.session?.customer.name ?? "";
  return (
    <>
      <div class="page" role="status">
        <div>
          <h2 class="title">{name ? t("thanks_name", { name }) : t("thanks")}</h2>
          <p>{t("thanks_line", { name: rating.name || t("the_person") })}</p>
        </div>
        <dl class="facts">
          {rating.solved !== null && (
            <div>
              <dt>{t("fact_solved")}</dt>
              <dd class={rating.solved ? "state is-good" : "state is-attention"}>
                {rating.solved && <Icon d={CHECK} size="small" />}
                {t(rating.solved ? "yes" : "not_yet")}
              </dd>
            </div>
          )}
          <div>
            <dt>{t("fact_rating")}</dt>
            <dd class="number">{t("rating_of", { n: rating.score, word: gradeWord(rating.score) })}</dd>
          </div>
        </dl>
        {!rating.sent && (
          <p class="notice is-card">
            <Icon d={INFO} />
            <span>{t("rating_kept")}</span>
          </p>
        )}
      </div>
      <footer class="foot">
        <button type="button" class="button" onClick={() => chat.show("talk")}>
          <Icon d={CHAT} />
          {t(rating.solved ? "not_solved" : "back_to_chat")}
        </button>
      </footer>
    </>
  );
}
