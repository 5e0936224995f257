// Asking for a person: a sheet over the chat, guesses as answers, nothing that must be filled in.
import { languageNames, languageOf } from "../shared/i18n";
import { DOWN, EYE_OFF, Icon, PERSON } from "../shared/icons";
import type { Chat, Wish } from "./chat";
import { OnlineWords } from "./foot";
import { guessTopic } from "./guess";
import { remember } from "./promises";
import { locale, t } from "./speak";
import { talkOf, type State } from "./state";

export function HandOff({ state, chat }: { state: State; chat: Chat }) {
  const asking = state.busy === "ask";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const wish = wishOf(event.currentTarget as HTMLFormElement);
    remember(wish);
    void chat.askPerson(wish);
  };
  const stay = () => chat.show("talk");
  return (
    <form
      class="sheet"
      ref={focus}
      tabIndex={-1}
      aria-labelledby="handoff-title"
      onSubmit={submit}
      onKeyDown={(event) => event.key === "Escape" && stay()}
    >
      <div>
        <h2 class="title" id="handoff-title">
          {t("talk_to_person")}
        </h2>
        <p class="small muted">{t("handoff_hint")}</p>
      </div>
      <Guesses state={state} />
      <div class="field">
        <label class="label" for="handoff-mail">
          {t("email")}
          <span>{t("optional")}</span>
        </label>
        <input class="input" id="handoff-mail" name="email" type="email" maxLength={254} autocomplete="email" placeholder="you@example.com" dir="ltr" />
      </div>
      <p class="notice">
        <Icon d={EYE_OFF} size="small" />
        <span>{t("consent")}</span>
      </p>
      {state.trouble && (
        <p class="error" role="alert">
          {state.trouble}
        </p>
      )}
      <button class="button is-primary is-spread" disabled={asking}>
        <Icon d={PERSON} />
        {t(asking ? "asking" : "ask_person")}
        <OnlineWords state={state} />
      </button>
      <div class="row">
        <button type="button" class="button is-quiet" onClick={stay}>
          {t("stay")}
        </button>
        <button
          type="button"
          class="button is-quiet"
          onClick={({ currentTarget }) => {
            if (currentTarget.form) remember(wishOf(currentTarget.form));
            chat.show("later");
          }}
        >
          {t("other_ways")}
        </button>
      </div>
    </form>
  );
}

function wishOf(form: HTMLFormElement): Wish {
  const said = new FormData(form);
  const get = (name: string) => String(said.get(name) ?? "").trim() || null;
  return { language: get("language"), topic: get("topic"), email: get("email") };
}

const focus = (form: HTMLFormElement | null) => form?.focus();

function Guesses({ state }: { state: State }) {
  const brand = state.session?.brand;
  const languages = brand?.languages ?? [];
  const topics = brand?.topics ?? [];
  const guess = guessTopic(talkOf(state)?.events ?? [], topics);
  const mine = languages.includes(languageOf(locale)) ? languageOf(locale) : (languages[0] ?? "");
  return (
    <div class="row">
      {languages.length > 0 && (
        <Pick label={t("language")} name="language" value={mine} options={languages.map((code) => [code, languageNames([code], locale)])} />
      )}
      <Pick
        label={t("topic")}
        name="topic"
        value={guess}
        wide
        options={[["", t("topic_guess")], ...topics.map((topic): [string, string] => [topic.key, topic.name])]}
      />
    </div>
  );
}

interface PickProps {
  label: string;
  name: string;
  value: string;
  options: [string, string][];
  wide?: boolean;
}

function Pick({ label, name, value, options, wide }: PickProps) {
  return (
    <label class={`field${wide ? " is-wide" : ""}`}>
      <span class="label">{label}</span>
      <span class="pick">
        <select class="input" name={name}>
          {options.map(([key, words]) => (
            <option key={key} value={key} selected={key === value}>
              {words}
            </option>
          ))}
        </select>
        <Icon d={DOWN} />
      </span>
    </label>
  );
}
