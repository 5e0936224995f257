// Every automated decision about the agent: a list, and beside it (on a phone: instead of it) one of them explained.
import { useEffect, useState } from "preact/hooks";
import { languageNames } from "../../shared/i18n";
import { Icon, INFO } from "../../shared/icons";
import { dayAndTime } from "../../shared/time";
import { BACK, GO } from "../marks";
import { Heading, Mark, Shell, type Face } from "../parts";
import { decisionPath } from "../route";
import { locale, span, t } from "../speak";
import { A_PAGE, compared, decisions, type Compared, type Decision } from "./decisions";
import { BELL, SCALES } from "./marks";
import { d } from "./words";

export function Page({ state, work }: Face) {
  const [found, setFound] = useState<readonly Decision[] | null>(null);
  const [more, setMore] = useState(false);
  const [failed, setFailed] = useState(false);
  const { route } = state;
  const wanted = route.screen === "decisions" ? route.decision : "";
  const fetch = async (before: string | null) => {
    setFailed(false);
    const done = await work.attempt("decisions", async () => {
      const page = await decisions(before);
      setFound((known) => (before ? [...(known ?? []), ...page] : page));
      setMore(page.length === A_PAGE);
    });
    setFailed(!done);
  };
  useEffect(() => void fetch(null), []);
  const chosen = found?.find(({ id }) => id === wanted) ?? (wanted ? undefined : found?.[0]);
  return (
    <Shell state={state} work={work}>
      <div class={wanted ? "decided-head" : ""}>
        {wanted ? <h1 class="headline">{t("decisions")}</h1> : <Heading>{t("decisions")}</Heading>}
        <p class="muted">{d("lead")}</p>
      </div>
      {!found && !failed && <p class="muted" role="status">{t("loading")}</p>}
      {failed && (
        <div class="line" role="alert">
          <p>{found ? d("lost_line") : t("no_answer")}</p>
          <button type="button" class="button" onClick={() => void fetch(found?.at(-1)?.id ?? null)}>
            {t("try_now")}
          </button>
        </div>
      )}
      {found && found.length === 0 && <p class="card">{d("none")}</p>}
      {found && found.length > 0 && (
        <div class={`decided${wanted ? " is-one" : ""}`}>
          <section class="card decided-list" aria-label={d("list")}>
            <ul>
              {found.map((one) => (
                <Entry key={one.id} one={one} current={one === chosen} />
              ))}
            </ul>
            {more && (
              <button type="button" class="button is-quiet" onClick={() => void fetch(found.at(-1)?.id ?? null)}>
                {d("older")}
              </button>
            )}
          </section>
          <div class="decided-one">
            <a class="back" href="/agent/decisions">
              <Icon d={BACK} size="small" directed /> {d("back")}
            </a>
            {chosen ? <One one={chosen} asked={wanted !== ""} /> : <p class="card">{d("gone")}</p>}
          </div>
        </div>
      )}
    </Shell>
  );
}

const title = (one: Decision) => d(one.offered_to_me ? "to_you" : "to_other");

function Entry({ one, current }: { one: Decision; current: boolean }) {
  return (
    <li>
      <a class="decided-entry" href={decisionPath(one.id)} aria-current={current ? "true" : undefined}>
        <Icon d={one.offered_to_me ? BELL : GO} {...(one.offered_to_me ? {} : { directed: true })} />
        <span>
          <b>{title(one)}</b>
          <span class="small muted number">
            {dayAndTime(one.at, locale)}, {one.topic_name}
            {one.outcome && `, ${d(`outcome_${one.outcome}`)}`}
          </span>
        </span>
      </a>
    </li>
  );
}

function One({ one, asked }: { one: Decision; asked: boolean }) {
  const parts = compared(one);
  return (
    <article class="card stack-4">
      <Mark icon={SCALES}>{d("by_rule")}</Mark>
      <h2 class="headline" tabIndex={-1} data-start={asked || undefined}>
        {title(one)}
      </h2>
      <p>{one.sentence}</p>
      {one.outcome && <p class="muted">{sentenceCase(d(`outcome_${one.outcome}`))}.</p>}
      {one.change && (
        <div class="decided-change">
          <Icon d={INFO} size="small" />
          <div>
            <b>{d("change")}</b>
            <p>{one.change}</p>
          </div>
        </div>
      )}
      <section class="stack">
        <h3 class="strong">{d("looked_at")}</h3>
        <dl class="decided-facts">
          <dt>{d("customer")}</dt>
          <dd>
            {one.brand}. {d("waited", { topic: one.topic_name, language: languageNames([one.language], locale), time: span(Math.round(one.waited_s)) })}
          </dd>
          <dt>{d("not_used")}</dt>
          <dd>{d("not_used_line")}</dd>
          <dt>{d("rule")}</dt>
          <dd>
            {d("rule_line", { n: one.weights })}, <a class="link" href="/weights">{d("read_it")}</a>
          </dd>
        </dl>
      </section>
      {parts.length > 0 && <Points parts={parts} both={!one.offered_to_me} />}
    </article>
  );
}

const points = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function Points({ parts, both }: { parts: readonly Compared[]; both: boolean }) {
  return (
    <table class="decided-points">
      <caption>{d("points")}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">{d("you")}</th>
          {both && <th scope="col">{d("asked")}</th>}
        </tr>
      </thead>
      <tbody>
        {parts.map(({ part, mine, chosen }) => (
          <tr key={part} class={both && chosen > mine ? "is-more" : undefined}>
            <th scope="row">{d(part)}</th>
            <td>{points.format(mine)}</td>
            {both && <td>{points.format(chosen)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const sentenceCase = (words: string): string => words.charAt(0).toLocaleUpperCase(locale) + words.slice(1);
