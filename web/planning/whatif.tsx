// What if: the day simulated before and after a change, by a queue of its own. The page never waits for it.
import { useEffect, useState } from "preact/hooks";
import * as api from "./api";
import type { Brand, Change, Day, Figure, WhatIf } from "./api";
import { Status } from "../board/marks";
import { minuteOf } from "./figures";
import { Field, Panel, Trouble, useAct } from "./parts";
import { amount, languageName, percent, t, time } from "./speak";

const POLL_MS = 1_500;
const KINDS = ["seats", "people", "incident", "countdown", "speed", "arrivals"] as const;
type Kind = (typeof KINDS)[number];
const OPEN = ["asked", "running"];

export function WhatIfs({ shown, brand }: { shown: Day; brand: Brand }) {
  const [rows, setRows] = useState<readonly WhatIf[]>([]);
  const [asked, setAsked] = useState(0);
  const open = rows.some((row) => OPEN.includes(row.state));
  useEffect(() => {
    let wanted = true;
    const look = () => void api.whatIfs(brand.id, shown.day).then((found) => wanted && setRows(found), () => undefined);
    look();
    const timer = open ? setInterval(look, POLL_MS) : undefined;
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [brand.id, shown.day, open, asked]);
  const again = () => setAsked((count) => count + 1);
  return (
    <Panel id="whatif" title={t("whatif")} aside={t("whatif_aside")}>
      <Ask shown={shown} brand={brand} done={again} />
      <ul class="answers" aria-live="polite">
        {rows.map((row) => (
          <li key={row.id}>
            <Answer row={row} halves={shown.halves.map((half) => time(half.at, shown.zone))} again={again} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Ask({ shown, brand, done }: { shown: Day; brand: Brand; done: () => void }) {
  const [kind, setKind] = useState<Kind>("seats");
  const [number, setNumber] = useState("-2");
  const [from, setFrom] = useState("14:00");
  const [until, setUntil] = useState("16:00");
  const [language, setLanguage] = useState("");
  const [topic, setTopic] = useState(shown.topic);
  const { busy, trouble, act } = useAct();
  const languages = [...new Set([...shown.classes.map((row) => row.language), "en", "de", "fi", "sv", "pl"])];
  const choose = (to: Kind) => {
    setKind(to);
    setNumber({ seats: "-2", people: "20", incident: "400", countdown: "20", speed: "110", arrivals: "150" }[to]);
  };
  const change = (): Change => {
    const n = Number(number);
    if (kind === "seats") return { seats: n, seats_language: language, from_minute: minuteOf(from), until_minute: minuteOf(until) || 1_440 };
    if (kind === "people") return { people: n, people_language: language };
    if (kind === "incident") return { incident: n, incident_topic: topic, incident_language: language, incident_minute: minuteOf(from) };
    if (kind === "speed") return { speed: n / 100 };
    if (kind === "arrivals") return { arrivals: n / 100 };
    return { countdown_seconds: n };
  };
  const send = (event: Event) => {
    event.preventDefault();
    void act(async () => {
      await api.askWhatIf(shown.brand, shown.day, change());
      done();
    });
  };
  return (
    <form class="ask" onSubmit={send}>
      <Field label={t("whatif_kind")}>
        <select class="input" value={kind} onChange={(event) => choose(event.currentTarget.value as Kind)}>
          {KINDS.map((each) => (
            <option key={each} value={each}>
              {t(`kind_${each}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t(`number_${kind}`)}>
        <input class="input number" type="number" required value={number} onInput={(event) => setNumber(event.currentTarget.value)} />
      </Field>
      {(kind === "seats" || kind === "incident") && (
        <Field label={kind === "seats" ? t("from") : t("at")}>
          <Clock value={from} change={setFrom} />
        </Field>
      )}
      {kind === "seats" && (
        <Field label={t("to")}>
          <Clock value={until} change={setUntil} />
        </Field>
      )}
      {kind === "incident" && (
        <Field label={t("topic")}>
          <select class="input" value={topic} onChange={(event) => setTopic(event.currentTarget.value)}>
            {brand.topics.map((each) => (
              <option key={each.key} value={each.key}>
                {each.name}
              </option>
            ))}
          </select>
        </Field>
      )}
      {(kind === "seats" || kind === "people" || kind === "incident") && (
        <Field label={t("language")}>
          <select class="input" value={language} onChange={(event) => setLanguage(event.currentTarget.value)}>
            <option value="">{t("any_language")}</option>
            {languages.map((code) => (
              <option key={code} value={code}>
                {languageName(code)}
              </option>
            ))}
          </select>
        </Field>
      )}
      <Trouble words={trouble} />
      <button type="submit" class="button is-primary" aria-disabled={busy}>
        {t("whatif_ask")}
      </button>
    </form>
  );
}

const TIMES = Array.from({ length: 48 }, (_, n) => `${String(Math.floor(n / 2)).padStart(2, "0")}:${n % 2 ? "30" : "00"}`);

/** A half hour of the brand's day, written the same for every reader. */
function Clock({ value, change }: { value: string; change: (to: string) => void }) {
  return (
    <select class="input number" value={value} onChange={(event) => change(event.currentTarget.value)}>
      {TIMES.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  );
}

function Answer({ row, halves, again }: { row: WhatIf; halves: readonly string[]; again: () => void }) {
  const { trouble, act } = useAct();
  const open = OPEN.includes(row.state);
  return (
    <article class="answer" aria-label={row.question}>
      <h3>{t("whatif_question", { question: row.question })}</h3>
      {open && (
        <div class="progress">
          <progress max={row.days_wanted} value={row.days_done} aria-label={t("whatif_progress", { done: row.days_done, n: row.days_wanted })} />
          <span class="muted">{row.state === "asked" ? t("whatif_waits") : t("whatif_progress", { done: row.days_done, n: row.days_wanted })}</span>
          <button type="button" class="button is-compact" onClick={() => void act(async () => (await api.cancelWhatIf(row.id), again()))}>
            {t("cancel")}
          </button>
        </div>
      )}
      <Trouble words={trouble} />
      {row.state === "cancelled" && <Status tone="idle">{t("whatif_cancelled")}</Status>}
      {row.state === "failed" && <Status tone="attention">{row.sentence}</Status>}
      {row.state === "done" && row.result && (
        <>
          <p>{row.sentence}</p>
          <Compared result={row.result} />
          <Days result={row.result} halves={halves} />
        </>
      )}
    </article>
  );
}

type Result = NonNullable<WhatIf["result"]>;

function Compared({ result }: { result: Result }) {
  const points = (figure: Figure) => t("interval", { low: amount(100 * figure.low), high: amount(100 * figure.high) });
  const plain = (figure: Figure) => t("interval", { low: amount(figure.low), high: amount(figure.high) });
  const { sl20, abandon, p95_s: p95, occupancy } = result.figures;
  const rows: [string, string, string, string][] = [
    [t("fig_served"), percent(sl20.before), percent(sl20.after), points(sl20)],
    [t("fig_abandoned"), percent(abandon.before), percent(abandon.after), points(abandon)],
    [t("fig_p95"), amount(p95.before), amount(p95.after), plain(p95)],
    [t("fig_occupancy"), percent(occupancy.before), percent(occupancy.after), points(occupancy)],
  ];
  return (
    <table class="people is-compared">
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden-words">{t("figure")}</span>
          </th>
          <th scope="col" class="num">
            {t("before")}
          </th>
          <th scope="col" class="num">
            {t("after")}
          </th>
          <th scope="col" class="num">
            {t("difference")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, before, after, interval]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="num">{before}</td>
            <td class="num strong">{after}</td>
            <td class="num muted">{interval}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const [LEFT, RIGHT, TOP, BOTTOM] = [9, 99, 8, 80];

/** The share answered in time through the day, before (dashed) and after. */
function Days({ result, halves }: { result: Result; halves: readonly string[] }) {
  const all = result.halves.map((counts, at) => ({ at, counts }));
  const busy = all.filter(({ counts }) => counts[0] >= result.days || counts[2] >= result.days);
  const [first, last] = [busy[0]?.at ?? 0, busy[busy.length - 1]?.at ?? 0];
  if (last <= first) return null;
  const span = last - first + 1;
  const line = (came: 0 | 2, time: 1 | 3) =>
    busy.map(({ at, counts }) => `${at - first + 0.5},${(1000 * (1 - (counts[came] ? counts[time] / counts[came] : 1))).toFixed(0)}`).join(" ");
  const y = (share: number) => `${(BOTTOM - share * (BOTTOM - TOP)).toFixed(2)}%`;
  return (
    <svg class="chart is-answer" role="img" aria-label={t("days_chart")}>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="is-grid" x1={`${LEFT}%`} x2={`${RIGHT}%`} y1={y(share)} y2={y(share)} />
          <text class="is-end" x={`${LEFT - 1}%`} y={y(share)} dy="5">
            {Math.round(share * 100)}
          </text>
        </g>
      ))}
      <svg x={`${LEFT}%`} width={`${RIGHT - LEFT}%`} y={`${TOP}%`} height={`${BOTTOM - TOP}%`} viewBox={`0 0 ${span} 1000`} preserveAspectRatio="none">
        <polyline class="is-held-line" points={line(0, 1)} />
        <polyline class="is-thin-line" points={line(2, 3)} />
      </svg>
      {[first, Math.round((first + last) / 2), last].map((at, n) => (
        <text key={at} class={["", "is-middle", "is-end"][n] ?? ""} x={`${LEFT + ((at - first) / span) * (RIGHT - LEFT)}%`} y="98%">
          {halves[at] ?? ""}
        </text>
      ))}
    </svg>
  );
}
