// When she would work, and how she takes part: hours of the week, days unlike it, limit, reminder, clock, calendar feed.
import { useEffect, useState } from "preact/hooks";
import { CHECK, Icon } from "../../shared/icons";
import { Heading, Shell, type Face } from "../parts";
import { t } from "../speak";
import { useActs, type Acts } from "./acts";
import { DaysCard } from "./days";
import { FeedCard } from "./feed";
import { LEFT } from "./marks";
import { Choice } from "./pass";
import { changeTerms, terms, type Change, type Terms } from "./plan";
import { SaidLine } from "./said";
import { length, zoneName } from "./say";
import { deviceZone } from "./seen";
import { WeekHours } from "./weekhours";
import { s } from "./words";

export interface HoursProps {
  chosen: Terms;
  acts: Acts;
  closed: boolean;
  change: (about: string, what: Change, done?: string) => Promise<boolean>;
}

export function HoursPage({ state, work }: Face) {
  const [chosen, setChosen] = useState<Terms | null>(null);
  const [failed, setFailed] = useState(false);
  const refresh = () => terms().then((found) => (setChosen(found), setFailed(false)), () => setFailed(true));
  const acts = useActs(refresh);
  useEffect(() => void refresh(), []);
  const change: HoursProps["change"] = (about, what, done = s("saved")) => acts.act(about, () => changeTerms(what), done);
  const closed = state.link.kind !== "open";
  return (
    <Shell state={state} work={work}>
      <a class="back" href="/agent/shifts">
        <Icon d={LEFT} directed /> {s("back_to_week")}
      </a>
      <Heading>{s("my_hours")}</Heading>
      {closed && <p class="notice is-card is-pause" role="status">{s("offline_acts")}</p>}
      {!chosen && !failed && <p class="muted" role="status">{t("loading")}</p>}
      {failed && !chosen && (
        <div class="line" role="alert">
          <p>{t("no_answer")}</p>
          <button type="button" class="button" onClick={() => void refresh()}>
            {t("try_now")}
          </button>
        </div>
      )}
      {chosen && <Cards chosen={chosen} acts={acts} closed={closed} change={change} />}
    </Shell>
  );
}

function Cards(props: HoursProps) {
  return (
    <fieldset class="shift-hours" disabled={props.closed}>
      <WeekHours {...props} />
      <div class="two is-even">
        <div class="stack-4">
          <Choices {...props} />
          <FeedCard {...props} />
        </div>
        <div class="stack-4">
          <DaysCard {...props} />
          <ZoneCard {...props} />
        </div>
      </div>
    </fieldset>
  );
}

const REMIND = [0, 15, 30, 60, 120, 720, 1440];

function Choices({ chosen, acts, change }: HoursProps) {
  const { wish_by_hours, stand_by, remind_minutes, week_minutes_most } = chosen;
  const reminders = [...new Set([...REMIND, remind_minutes])].sort((one, other) => one - other);
  return (
    <section class="card stack">
      <h2 class="title">{s("choices")}</h2>
      <Check words={s("stand_by")} line={s("stand_by_line")} on={stand_by} onPick={(on) => void change("choices", { stand_by: on })} />
      <Check words={s("wish_by_hours")} line={s("wish_by_hours_line")} on={wish_by_hours} onPick={(on) => void change("choices", { wish_by_hours: on })} />
      <Choice label={s("remind")} value={String(remind_minutes)} choices={reminders.map((minutes) => [String(minutes), minutes ? length(minutes) : s("remind_0")])} onPick={(minutes) => void change("choices", { remind_minutes: Number(minutes) })} />
      <Limit key={week_minutes_most} minutes={week_minutes_most} onSave={(minutes) => void change("choices", { week_minutes_most: minutes })} />
      <SaidLine acts={acts} about="choices" />
    </section>
  );
}

function Check({ words, line, on, onPick }: { words: string; line: string; on: boolean; onPick: (on: boolean) => void }) {
  return (
    <div>
      <label class="choice option">
        <input type="checkbox" checked={on} onChange={({ currentTarget }) => onPick(currentTarget.checked)} />
        <span class="option-box">
          <Icon d={CHECK} size="small" />
        </span>
        {words}
      </label>
      <p class="small muted option-line">{line}</p>
    </div>
  );
}

function Limit({ minutes, onSave }: { minutes: number | null; onSave: (minutes: number | null) => void }) {
  const [hours, setHours] = useState(minutes === null ? "" : String(minutes / 60));
  const send = (event: Event) => {
    event.preventDefault();
    onSave(hours === "" ? null : Math.round(Number(hours) * 60));
  };
  return (
    <form class="stack" onSubmit={send}>
      <label class="field">
        <span class="label">{s("limit")}</span>
        <span class="line">
          <input class="input limit-hours" type="number" inputMode="decimal" min="0" max="168" step="0.5" value={hours} onInput={({ currentTarget }) => setHours(currentTarget.value)} />
          <button class="button">{s("limit_save")}</button>
        </span>
      </label>
      <p class="small muted">{s("limit_line")}</p>
    </form>
  );
}

function ZoneCard({ chosen, acts, change }: HoursProps) {
  const zones = Intl.supportedValuesOf("timeZone");
  const all = [...new Set(["UTC", ...zones, chosen.timezone])].sort();
  const device = deviceZone();
  const pick = (timezone: string) => void change("zone", { timezone });
  return (
    <section class="card stack">
      <h2 class="title">{s("zone")}</h2>
      <Choice label={s("zone_line")} value={chosen.timezone} choices={all.map((zone) => [zone, zoneName(zone)])} onPick={pick} />
      {device !== chosen.timezone && (
        <div>
          <button type="button" class="button" onClick={() => pick(device)}>
            {s("zone_device", { zone: zoneName(device) })}
          </button>
        </div>
      )}
      <SaidLine acts={acts} about="zone" />
    </section>
  );
}
