// The days of a week with their shifts: columns on wide screens, a list by day on narrow ones.
import { CHECK, CLOCK, CLOSE, Icon } from "../../shared/icons";
import { amount } from "../speak";
import type { Acts } from "./acts";
import { CHECK_ROUND, DOT, HEART, HOURGLASS, NOT, PEOPLE, PLUS_ROUND, SWAP } from "./marks";
import { byDay, claim, takeOver, unwish, type Card, type Shown, type Status } from "./plan";
import { SaidLine } from "./said";
import { clock, dateNumber, length, longDay, statusWords, weekdayName } from "./say";
import { s, type ShiftKey } from "./words";
import { addDays, lasts, wall, weekFrom } from "./zone";

interface WeekProps {
  monday: string;
  zone: string;
  found: readonly Card[];
  shown: Shown;
  chosen: string;
  acts: Acts;
  closed: boolean;
  now_ms: number;
}

export function WeekGrid(props: WeekProps) {
  const { monday, zone, found, shown, now_ms } = props;
  const days = byDay(found, zone);
  const today = wall(now_ms, zone).day;
  const week = weekFrom(monday);
  if (!found.length) return <NoShifts shown={shown} past={(week[6] ?? "") < today} next={addDays(monday, 7)} />;
  return (
    <section class="card week" aria-label={s("shifts")}>
      <ol class="week-days">
        {week.map((day) => (
          <li key={day} class={`week-day${days.has(day) ? "" : " is-free"}${day === today ? " is-today" : ""}`}>
            <DayHead day={day} zone={zone} today={day === today} />
            <ul class="day-shifts">
              {(days.get(day) ?? []).map((card) => (
                <ShiftCard key={card.id} card={card} {...props} />
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </section>
  );
}

function NoShifts({ shown, past, next }: { shown: Shown; past: boolean; next: string }) {
  return (
    <div class="card empty">
      <Icon d={CLOCK} size="large" />
      <p class="strong">{s(past ? "empty_past" : `empty_${shown}`)}</p>
      {shown === "all" && !past && <p class="small">{s("empty_all_line")}</p>}
      {!past && (
        <a class="button" href={`/agent/shifts/${next}`}>
          {s("later")}
        </a>
      )}
    </div>
  );
}

function DayHead({ day, zone, today }: { day: string; zone: string; today: boolean }) {
  const minutes = lasts(day, zone);
  return (
    <h2 class="day-head">
      <span class="hidden-words">
        {longDay(day, zone)}
        {today && `, ${s("today")}`}
      </span>
      <span aria-hidden="true" class="small muted">{weekdayName(day, zone)}</span>
      <span aria-hidden="true" class="day-number">{dateNumber(day, zone)}</span>
      {minutes !== 1440 && <span class="small day-odd">{s(minutes > 1440 ? "day_long" : "day_short", { time: length(minutes) })}</span>}
    </h2>
  );
}

const LOOKS: Record<Status, { icon: string; look: string }> = {
  worked: { icon: CHECK, look: "is-mine is-over" },
  missed: { icon: CLOSE, look: "is-dim" },
  called_off: { icon: NOT, look: "is-dim" },
  running: { icon: DOT, look: "is-mine" },
  held_out: { icon: SWAP, look: "is-mine is-swap" },
  yours: { icon: CHECK_ROUND, look: "is-mine" },
  stand_by: { icon: PLUS_ROUND, look: "is-open" },
  offered: { icon: SWAP, look: "is-open is-swap" },
  wished: { icon: HEART, look: "is-wished" },
  gathering: { icon: HEART, look: "is-open" },
  waiting: { icon: HOURGLASS, look: "is-open" },
  refused: { icon: PEOPLE, look: "is-dim" },
  free: { icon: PLUS_ROUND, look: "is-open" },
  barred: { icon: NOT, look: "is-dim" },
  full: { icon: PEOPLE, look: "is-dim" },
};

/** Shape, word and colour of how a shift stands. */
export function StatusMark({ card }: { card: Card }) {
  return (
    <span class="mark shift-mark">
      <Icon d={LOOKS[card.status].icon} size="small" />
      {statusWords(card)}
    </span>
  );
}

function ShiftCard({ card, zone, chosen, acts, closed }: WeekProps & { card: Card }) {
  const [from, to] = [clock(card.begins_at, zone), clock(card.ends_at, zone)];
  const day = longDay(wall(Date.parse(card.begins_at), zone).day, zone);
  return (
    <li class={`shift ${LOOKS[card.status].look}${card.id === chosen ? " is-chosen" : ""}`}>
      <a class="shift-link" href={`/agent/shifts/${card.id}`} aria-current={card.id === chosen ? "true" : undefined} aria-label={s("card", { day, from, to, brand: card.brand, topic: card.topic_name, status: statusWords(card) })}>
        <span class="shift-time">
          {from}–{to}
        </span>
        <span class="shift-what small">
          {card.brand}, {card.topic_name}
        </span>
        {card.rate_cents > 0 && <span class="shift-rate small muted number">{amount(card.rate_cents, card.currency)}/h</span>}
        <StatusMark card={card} />
      </a>
      <QuickAct card={card} what={`${day}, ${from}, ${card.brand}`} acts={acts} closed={closed} />
      <SaidLine acts={acts} about={card.id} />
    </li>
  );
}

type Quick = { words: ShiftKey; label: ShiftKey; done: ShiftKey; go: (card: Card) => Promise<unknown>; undo?: (card: Card) => Promise<unknown> };

const QUICK: Partial<Record<Status, Quick>> = {
  free: { words: "claim", label: "claim_this", done: "claimed", go: ({ id }) => claim(id) },
  stand_by: { words: "take", label: "take_this", done: "claimed", go: ({ id }) => claim(id) },
  gathering: { words: "wish", label: "wish_this", done: "wish_kept", go: ({ id }) => claim(id), undo: ({ id }) => unwish(id) },
  offered: { words: "take", label: "take_this", done: "taken_over", go: ({ swap }) => takeOver(swap?.id ?? "") },
};

/** The one act that needs no second thought. */
function QuickAct({ card, what, acts, closed }: { card: Card; what: string; acts: Acts; closed: boolean }) {
  const quick = QUICK[card.status];
  if (!quick) return null;
  const { undo } = quick;
  const back = undo && (() => void acts.act(card.id, () => undo(card), s("wish_gone")));
  return (
    <button type="button" class="button is-compact" aria-label={s(quick.label, { what })} disabled={closed || acts.busy === card.id} onClick={() => void acts.act(card.id, () => quick.go(card), s(quick.done), back)}>
      {s(quick.words)}
    </button>
  );
}
