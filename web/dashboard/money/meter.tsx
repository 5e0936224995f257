// What the shift under way guarantees, and how far its chats have come: on the way, at the mark, beyond it.
import { clockTime } from "../../shared/time";
import { amount, locale, span } from "../speak";
import type { Guarantee } from "./wallet";
import { m } from "./words";

export function Meter({ shift }: { shift: Guarantee }) {
  const { currency } = shift;
  const of = Math.max(shift.guaranteed_cents, shift.earned_cents, 1);
  const told = m("meter_of", { earned: amount(shift.earned_cents, currency), whole: amount(shift.guaranteed_cents, currency) });
  return (
    <section class="card">
      <div class="card-head">
        <h2>{m("meter")}</h2>
        <span class="small muted number">{m("from_to", { from: clockTime(shift.begins_at, locale), to: clockTime(shift.ends_at, locale) })}</span>
      </div>
      <svg class="meter" viewBox="0 0 100 12" preserveAspectRatio="none" role="img" aria-label={told}>
        <rect class="meter-whole" width="100" height="12" />
        <rect class="meter-earned" width={(100 * shift.earned_cents) / of} height="12" />
        <rect class="meter-mark" x={Math.min(99.2, (100 * shift.mark_cents) / of)} width=".8" height="12" />
      </svg>
      <p class="small number above">
        <b>{told}</b>, {standing(shift)}
      </p>
      <p class="small muted">{m("meter_line")}</p>
      {shift.away_seconds > 0 && <p class="small muted number">{m("meter_away", { time: span(shift.away_seconds) })}</p>}
    </section>
  );
}

/** Where the chats' pay stands beside what the time so far guarantees, in words. */
export function standing(shift: Guarantee): string {
  const mark = { time: clockTime(shift.at, locale), amount: amount(shift.mark_cents, shift.currency) };
  if (shift.earned_cents >= shift.guaranteed_cents) return m("meter_beyond");
  return m(shift.earned_cents >= shift.mark_cents ? "meter_ahead" : "meter_behind", mark);
}
