// Days unlike the week: not at all, or only some hours.
import { useState } from "preact/hooks";
import { CLOSE, Icon } from "../../shared/icons";
import { serverNow } from "../../shared/time";
import type { HoursProps } from "./hours";
import { unlike, type Part } from "./plan";
import { SaidLine } from "./said";
import { clockMinutes, plainDay } from "./say";
import { Time } from "./weekhours";
import { s } from "./words";
import { wall } from "./zone";

export function DaysCard(props: HoursProps) {
  const { chosen, acts, change } = props;
  const today = wall(serverNow(), chosen.timezone).day;
  const days = unlike(chosen.days).filter(({ day }) => day >= today);
  return (
    <section class="card stack">
      <h2 class="title">{s("days_unlike")}</h2>
      <p class="muted">{s("days_unlike_line")}</p>
      <ul class="rows">
        {days.length === 0 && <li class="muted">{s("no_days")}</li>}
        {days.map(({ day, parts }) => (
          <li key={day}>
            <span class="grow">
              <b>{plainDay(day)}</b> <span class="muted">{partsWords(parts)}</span>
            </span>
            <button type="button" class="icon-button" aria-label={s("as_week", { day: plainDay(day) })} onClick={() => void change("days", { days: [{ day, hours: null }] }, s("as_week", { day: plainDay(day) }))}>
              <Icon d={CLOSE} />
            </button>
          </li>
        ))}
      </ul>
      <NewDay today={today} {...props} />
      <SaidLine acts={acts} about="days" />
    </section>
  );
}

function partsWords(parts: readonly Part[]): string {
  return parts.map(({ begins, ends }) => `${clockMinutes(begins)}–${clockMinutes(ends)}`).join(", ") || s("day_none");
}

function NewDay({ today, acts, change }: HoursProps & { today: string }) {
  const [day, setDay] = useState("");
  const [some, setSome] = useState(false);
  const [part, setPart] = useState<Part>({ begins: 540, ends: 1020 });
  const send = async (event: Event) => {
    event.preventDefault();
    if (await change("days", { days: [{ day, hours: some ? [part] : [] }] }, s("day_saved"))) setDay("");
  };
  return (
    <form class="stack" onSubmit={(event) => void send(event)}>
      <label class="field">
        <span class="label">{s("day")}</span>
        <input class="input" type="date" required min={today} value={day} onInput={({ currentTarget }) => setDay(currentTarget.value)} />
      </label>
      <div class="line">
        <Pick words={s("not_at_all")} on={!some} onPick={() => setSome(false)} />
        <Pick words={s("only_from")} on={some} onPick={() => setSome(true)} />
        {some && (
          <span class="line">
            <Time label={s("from")} value={part.begins} least={0} most={part.ends - 30} onPick={(begins) => setPart({ ...part, begins })} />
            <span aria-hidden="true">–</span>
            <Time label={s("to")} value={part.ends} least={part.begins + 30} most={1440} onPick={(ends) => setPart({ ...part, ends })} />
          </span>
        )}
      </div>
      <div class="line">
        <button class="button" disabled={!day || acts.busy === "days"}>
          {s("add_day")}
        </button>
      </div>
    </form>
  );
}

function Pick({ words, on, onPick }: { words: string; on: boolean; onPick: () => void }) {
  return (
    <label class="choice option">
      <input type="radio" name="how-day" checked={on} onChange={onPick} />
      <span class="option-dot" />
      {words}
    </label>
  );
}
