// Who serves: agents by state, those who need a look, and how full each language is.
import type { BoardAgent, BoardLanguage } from "../protocol";
import { languageNames } from "../shared/i18n";
import { secondsSince, stopwatch } from "../shared/time";
import { occupancyFit, shareOf, statesOf, sum } from "./figures";
import { Empty, Lead, Panel, Status, type Tone, type View } from "./marks";
import { languageName, locale, named, percent, t } from "./speak";
import { countedTo } from "./state";
import type { Key } from "./words/en";

const SHOWN_AGENTS = 5;
const SHOWN_LANGUAGES = 6;
const TONES: Record<string, Tone> = { no_link: "bad", paused: "idle", full: "attention", finishing: "idle" };

export function Agents({ board, now }: View) {
  const states = statesOf(board.states);
  const here = sum(states.map(([, agents]) => agents));
  const aside = (
    <>
      <b>{here}</b> <span class="muted">{t("agents_sum")}</span>
    </>
  );
  return (
    <Panel id="agents" title={t("agents")} aside={aside} board={board} now={now}>
      {here ? (
        <>
          <States states={states} here={here} />
          <People board={board} now={now} here={here} />
        </>
      ) : (
        <Empty title={t("agents_none")} line={t("agents_none_line")} />
      )}
    </Panel>
  );
}

function States({ states, here }: { states: [string, number][]; here: number }) {
  const starts = states.map((_, at) => sum(states.slice(0, at).map(([, agents]) => agents)));
  const percentOf = (agents: number) => `${((agents / here) * 100).toFixed(2)}%`;
  const values = states.map(([state, agents]) => `${named("state", state)} ${agents}`).join(", ");
  return (
    <>
      <svg class="bar is-tall" role="img" aria-label={t("agents_chart", { values })}>
        {states.map(([state, agents], at) => (
          <rect key={state} class={`state-${state}`} x={percentOf(starts[at] ?? 0)} width={percentOf(agents)} height="100%" />
        ))}
      </svg>
      <ul class="legend" aria-hidden="true">
        {states.map(([state, agents]) => (
          <li key={state}>
            <svg class="swatch">
              <rect class={`state-${state}`} width="100%" height="100%" />
            </svg>
            {named("state", state)} <b>{agents}</b>
          </li>
        ))}
      </ul>
    </>
  );
}

function People({ board, now, here }: View & { here: number }) {
  const shown = board.agents.slice(0, board.agents.length > SHOWN_AGENTS ? SHOWN_AGENTS - 1 : SHOWN_AGENTS);
  return (
    <table class="people">
      <thead class="hidden-words">
        <tr>
          {(["agent", "state", "since", "chats", "languages"] as const).map((key) => (
            <th key={key} scope="col">
              {t(key)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {shown.map((agent, at) => (
          <Person key={`${agent.name} ${at}`} agent={agent} to={countedTo(board, now)} />
        ))}
        {here > shown.length && (
          <tr>
            <td class="muted" colspan={5}>
              {t("and_more", { n: here - shown.length })}
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function Person({ agent, to }: { agent: BoardAgent; to: number }) {
  return (
    <tr>
      <th scope="row" class="strong">
        {agent.name}
      </th>
      <td>
        <Status tone={TONES[agent.state] ?? "good"}>{named("state", agent.state)}</Status>
      </td>
      <td class="num">{agent.since ? stopwatch(secondsSince(agent.since, to)) : ""}</td>
      <td class="num">{t("load", { active: agent.active, capacity: agent.capacity })}</td>
      <td class="muted clip people-languages">{languageNames(agent.languages, locale)}</td>
    </tr>
  );
}

export function Occupancy({ board, now }: View) {
  const share = shareOf(board.engaged, board.places);
  return (
    <Panel id="occupancy" title={t("occupancy")} board={board} now={now}>
      {share === null ? (
        <Empty title={t("occupancy_none")} />
      ) : (
        <>
          <Lead figure={percent(share)} words={t("occupancy_sum", { engaged: board.engaged, n: board.places })} />
          <table class="bars is-spread">
            <caption class="muted">{t("occupancy_target")}</caption>
            <tbody>
              {board.languages.slice(0, SHOWN_LANGUAGES).map((row) => (
                <Language key={row.language} row={row} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  );
}

const FITS = { low: "brand-mid", good: "brand", high: "attention", full: "bad" } as const;

/** How full a language is: a dot inside the band of the target or below it, a triangle above. */
function Language({ row }: { row: BoardLanguage }) {
  const share = shareOf(row.engaged, row.places) ?? 0;
  const fit = occupancyFit(share);
  const at = `${(Math.min(1, share) * 100).toFixed(1)}%`;
  const words = t("occupancy_row", { language: languageName(row.language), share: percent(share), n: row.places, word: t(`fit_${fit}` as Key) });
  return (
    <tr title={words}>
      <th scope="row" class="muted">
        {languageName(row.language)}
      </th>
      <td class="track">
        <svg class="lollipop" aria-hidden="true">
          <rect class="f-soft" x="65%" width="15%" height="100%" />
          <line class="is-grid-strong" x1="0" x2={at} y1="50%" y2="50%" />
          <svg class="is-marker" x={at} y="50%">
            {fit === "low" || fit === "good" ? <circle class={`f-${FITS[fit]}`} r="5" /> : <path class={`f-${FITS[fit]}`} d="M0-7 7 5H-7Z" />}
          </svg>
        </svg>
      </td>
      <td class="num strong">
        <span aria-hidden="true">{percent(share)}</span>
        <span class="hidden-words">{words}</span>
      </td>
    </tr>
  );
}
