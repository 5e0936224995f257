// The agent's shifts: a week of days, what is hers and what she may take, and one shift in full.
import { useEffect, useState } from "preact/hooks";
import { Icon, OFFLINE, ON } from "../../shared/icons";
import { duration, serverNow } from "../../shared/time";
import type { Me } from "../account";
import { Heading, Segments, Shell, type Face } from "../parts";
import { amount, locale, t } from "../speak";
import { useActs, type Acts } from "./acts";
import { Detail } from "./detail";
import { HoursPage } from "./hours";
import { HowCard } from "./how";
import { LEFT } from "./marks";
import { NewsList } from "./news";
import { cards, filtered, held, shifts, type Card, type Shown } from "./plan";
import { SaidLine } from "./said";
import { length, weekName, zoneName } from "./say";
import { deviceZone, useWeek, type Look, type Seen } from "./seen";
import { WeekGrid } from "./week";
import { s } from "./words";
import { addDays, mondayOf, wall } from "./zone";

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;

export function Page({ state, work }: Face) {
  const at = state.route.screen === "shifts" ? state.route.at : "";
  if (at === "hours") return <HoursPage state={state} work={work} />;
  return <Calendar at={at} state={state} work={work} />;
}

function Calendar({ at, state, work }: Face & { at: string }) {
  const chosen = DAY.test(at) ? "" : at;
  const [monday, setMonday] = useState(DAY.test(at) ? mondayOf(at) : "");
  const version = [state.link.kind === "open", ...(state.desk?.shift_news ?? []).map((one) => one.news_id + one.at)].join();
  const look = useWeek((state.me as Me).agent.id, monday, version);
  const acts = useActs(look.refresh);
  useEffect(() => void (DAY.test(at) && setMonday(mondayOf(at))), [at]);
  return (
    <Shell state={state} work={work}>
      {!look.seen && <Empty look={look} />}
      {look.seen && <Shown seen={look.seen} look={look} acts={acts} chosen={chosen} onWeek={setMonday} state={state} work={work} />}
    </Shell>
  );
}

function Empty({ look }: { look: Look }) {
  return (
    <>
      <Heading>{s("shifts")}</Heading>
      {!look.failed && <p class="muted" role="status">{t("loading")}</p>}
      {look.failed && (
        <div class="line" role="alert">
          <p>{t("no_answer")}</p>
          <button type="button" class="button" onClick={() => void look.refresh()}>
            {t("try_now")}
          </button>
        </div>
      )}
    </>
  );
}

interface ShownProps extends Face {
  seen: Seen;
  look: Look;
  acts: Acts;
  chosen: string;
  onWeek: (monday: string) => void;
}

function Shown({ seen, look, acts, chosen, onWeek, state, work }: ShownProps) {
  const [shown, setShown] = useState<Shown>("all");
  const zone = seen.terms.timezone;
  const found = cards(seen.week, state.now_ms);
  const card = found.find(({ id }) => id === chosen) ?? null;
  const closed = look.stale || state.link.kind !== "open";
  useElsewhere(chosen, card, zone, onWeek);
  return (
    <div class={`shifts${chosen ? " has-detail" : ""}`}>
      <Head seen={seen} found={found} chosen={chosen} onWeek={onWeek} />
      {closed && <Stale seen={seen} />}
      <NewsList state={state} work={work} zone={zone} />
      <div class="shifts-tools">
        <Segments name="shown" legend={s("show")} value={shown} onPick={setShown} choices={(["all", "mine", "take"] as const).map((value) => ({ value, words: s(`show_${value}`) }))} />
        <a class="button" href="/agent/shifts/hours">
          {s("my_hours")}
        </a>
      </div>
      <SaidLine acts={acts} about="" />
      <WeekGrid monday={seen.monday} zone={zone} found={filtered(found, shown)} shown={shown} chosen={chosen} acts={acts} closed={closed} now_ms={state.now_ms} />
      <div class="two shifts-below">
        <div class="stack-4">
          {chosen && <Detail key={chosen} card={card} seen={seen} acts={acts} closed={closed} state={state} work={work} />}
          <HowCard found={chosen ? [] : found} zone={zone} now_ms={state.now_ms} />
        </div>
        <Guarantee />
      </div>
    </div>
  );
}

/** A shift that was linked to and lies in another week brings its week along. */
function useElsewhere(chosen: string, card: Card | null, zone: string, onWeek: (monday: string) => void): void {
  useEffect(() => {
    if (!chosen || card) return;
    const now_ms = serverNow();
    shifts(now_ms - 7 * DAY_MS, now_ms + 28 * DAY_MS).then(
      ({ shifts: listed, seats }) => {
        const begins = listed.find(({ id }) => id === chosen)?.begins_at ?? seats.find(({ shift }) => shift === chosen)?.begins_at;
        if (begins) onWeek(mondayOf(wall(Date.parse(begins), zone).day));
      },
      () => undefined,
    );
  }, [chosen]);
}

function Head({ seen, found, chosen, onWeek }: { seen: Seen; found: readonly Card[]; chosen: string; onWeek: (monday: string) => void }) {
  const { monday, terms } = seen;
  const zone = terms.timezone;
  const now = mondayOf(wall(serverNow(), zone).day);
  const move = (days: number) => (
    <button type="button" class="icon-button" aria-label={s(days < 0 ? "earlier" : "later")} onClick={() => onWeek(addDays(monday, days))}>
      <Icon d={days < 0 ? LEFT : ON} directed />
    </button>
  );
  const back = (where: string) => (
    <button type="button" class={`button ${where}`} aria-current={monday === now ? "date" : undefined} onClick={() => onWeek(now)}>
      {s("this_week")}
    </button>
  );
  return (
    <div class="shifts-head">
      <div class="shifts-title">
        {chosen ? <h1 class="headline">{weekName(monday, zone)}</h1> : <Heading>{weekName(monday, zone)}</Heading>}
        <div class="shifts-move">
          {move(-7)}
          {back("only-wide")}
          {move(7)}
        </div>
      </div>
      <Sum found={found} />
      <p class="small muted">
        {deviceZone() === zone ? s("clock", { zone: zoneName(zone) }) : s("clock_other", { zone: zoneName(zone), device: zoneName(deviceZone()) })}{" "}
        {deviceZone() !== zone && <a href="/agent/shifts/hours">{s("clock_change")}</a>}
      </p>
      {monday !== now && back("only-narrow")}
    </div>
  );
}

function Sum({ found }: { found: readonly Card[] }) {
  const { minutes, least } = held(found);
  if (!minutes) return <p class="muted">{s("yours_none")}</p>;
  const sums = least.map(({ minor, currency }) => amount(minor, currency)).join(", ");
  return <p class="strong number">{least.length ? s("yours_least", { time: length(minutes), least: sums }) : s("yours_sum", { time: length(minutes) })}</p>;
}

function Stale({ seen }: { seen: Seen }) {
  const age = duration(Math.max(0, Math.floor((serverNow() - seen.at_ms) / 1000)), locale);
  return (
    <p class="notice is-card is-pause" role="status">
      <Icon d={OFFLINE} size="small" />
      <span>{s("last_seen", { age })}</span>
    </p>
  );
}

function Guarantee() {
  return (
    <p class="notice is-card shifts-guarantee">
      <span>
        <b>{s("guarantee")}</b> {s("guarantee_line")}
      </span>
    </p>
  );
}
