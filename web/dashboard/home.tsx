// Home: one next action, who waits now, what today brought.
import { CHECK, Icon, OFFLINE, PAUSE } from "../shared/icons";
import { languageNames } from "../shared/i18n";
import { clockTime, duration, secondsSince } from "../shared/time";
import type { Demand, Desk } from "../protocol";
import { DAY_MS, midnight, type Earnings } from "./earnings";
import { Aside } from "./later";
import { GO, POWER, SOUND, WIFI } from "./marks";
import { lastOneLine, Pace } from "./pace";
import { Heading, Mark, Shell, type Face } from "./parts";
import { receiptPath } from "./route";
import { amount, locale, span, t, weekday } from "./speak";
import { presenceOf, type State } from "./state";
import { WantedNow } from "./wanted";
import type { Key } from "./words/en";

const nextShift = () => import("./shifts/next");

export function Home({ state, work }: Face) {
  const { desk } = state;
  return (
    <Shell state={state} work={work}>
      <Heading>{t(greeting(new Date(state.now_ms || Date.now())), { name: desk?.name ?? state.me?.agent.display_name ?? "" })}</Heading>
      <div class={`home${desk?.willing ? "" : " is-offline"}`}>
        <div class="column">
          <Switch state={state} work={work} />
          {desk?.state === "approved" && !desk.willing && <WantedNow />}
          {desk && <DemandCard demand={desk.demand} at={desk.at} now_ms={state.now_ms} />}
          <LastChats recent={state.recent} now_ms={state.now_ms} />
        </div>
        <div class="column">
          <Checks state={state} work={work} />
          {desk?.state === "approved" && <Aside key="next-shift" fetch={nextShift} state={state} work={work} />}
          {desk && <Today desk={desk} state={state} />}
        </div>
      </div>
    </Shell>
  );
}

function greeting(now: Date): Key {
  const hour = now.getHours();
  return hour < 5 || hour >= 18 ? "good_evening" : hour < 12 ? "good_morning" : "good_afternoon";
}

function Switch({ state, work }: Face) {
  const { desk } = state;
  const presence = desk ? presenceOf(desk) : "offline";
  const on = desk?.willing ?? false;
  const stopped = presence === "missed" || presence === "gone" || presence === "emergency";
  const busy = state.busy === "go_online" || state.busy === "go_offline";
  return (
    <section class="a-switch">
      {stopped && (
        <p class="notice is-card is-pause">
          <Icon d={presence === "gone" ? OFFLINE : PAUSE} size="small" />
          <span>
            <b>{t(`${presence}_title`)}</b> {t(`${presence}_line`)}
          </span>
        </p>
      )}
      {desk?.state === "approved" && desk.hindrance && (
        <p class="notice is-card is-pause" role="status">
          <Icon d={PAUSE} size="small" />
          <span>{t(`hindrance_${desk.hindrance}`)}</span>
        </p>
      )}
      <button type="button" class="online-switch" role="switch" aria-checked={on} aria-busy={busy} disabled={!desk || state.link.kind !== "open"} onClick={() => void (on ? work.goOffline() : work.goOnline())}>
        <span class="knob">
          <Icon d={on ? CHECK : POWER} size="large" />
        </span>
        <span class="words">
          <span class="headline">{t(on ? "you_are_online" : stopped ? "come_back" : presence === "paused" ? "offers_again" : "go_online")}</span>
          <span class="small">{switchLine(desk)}</span>
        </span>
        {!on && <Icon d={GO} directed />}
      </button>
      {desk && <Pace desk={desk} state={state} work={work} />}
    </section>
  );
}

function switchLine(desk: Desk | null): string {
  if (!desk) return t("connecting");
  const { last_one, places, reserve } = desk.pace;
  if (desk.willing && last_one) return lastOneLine(desk);
  if (desk.willing && desk.active >= places) return t("full_line", { n: desk.capacity });
  if (desk.willing) return t(reserve ? "reserve_line" : "listening", { n: places - desk.active });
  return t(desk.active ? "chats_go_on" : "price_first");
}

function DemandCard({ demand, at, now_ms }: { demand: readonly Demand[]; at: string; now_ms: number }) {
  const age_s = secondsSince(at, now_ms);
  return (
    <section class="card a-demand">
      <div class="card-head">
        <h2>{t("waiting_now")}</h2>
        <span class="small muted number">{age_s < 5 ? t("just_now") : t("ago", { age: duration(age_s, locale) })}</span>
      </div>
      {demand.length === 0 && <p class="muted">{t("nobody_waits")}</p>}
      <ul class="rows">
        {demand.map((row) => (
          <li key={`${row.topic}/${row.language}`}>
            <span class="grow">
              <b>{row.topic_name}</b> <span class="small muted">{languageNames([row.language], locale)}</span>
            </span>
            <Level waiting={row.waiting} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Three bars, as many filled as it is busy, with the word and the number. */
function Level({ waiting }: { waiting: number }) {
  const level = waiting === 0 ? 1 : waiting < 3 ? 2 : 3;
  return (
    <span class={`mark number${level === 3 ? " is-brand" : ""}`}>
      <svg class="icon is-small" viewBox="0 0 24 24" aria-hidden="true">
        {["M5 19v-5", "M12 19V10", "M19 19V5"].map((d, bar) => (
          <path key={d} d={d} stroke-width={bar < level ? 5 : 1.5} />
        ))}
      </svg>
      {t((["quiet", "steady", "busy"] as const)[level - 1] ?? "quiet", { n: waiting })}
    </span>
  );
}

function Checks({ state, work }: Face) {
  const linked = state.link.kind === "open";
  const heard = state.heard_ms > 0;
  if (state.desk?.willing && linked) return <ReadyLine state={state} />;
  return (
    <section class="card a-checks">
      <div class="card-head">
        <h2>{t("before_you_start")}</h2>
        <span class="small muted">{t("n_of_2_ready", { n: Number(linked) + Number(heard) })}</span>
      </div>
      <ul class="rows">
        <li>
          <Icon d={SOUND} />
          <span class="grow">
            {t("sound")} <span class="small muted">{heard ? t("played_at", { time: clockTime(new Date(state.heard_ms).toISOString(), locale) }) : t("not_played")}</span>
          </span>
          {heard && <Ready />}
          <button type="button" class="button" onClick={work.playSound}>
            {t(heard ? "play_again" : "play")}
          </button>
        </li>
        <li>
          <Icon d={WIFI} />
          <span class="grow">{t("connection")}</span>
          {linked ? <Ready /> : <Mark icon={OFFLINE} tone="attention">{t("not_connected")}</Mark>}
        </li>
      </ul>
    </section>
  );
}

function Ready() {
  return (
    <Mark icon={CHECK} tone="good">
      {t("ready")}
    </Mark>
  );
}

function ReadyLine({ state }: { state: State }) {
  return (
    <section class="a-checks">
      <p class="ready-line small muted">
        <Ready /> {t(state.sound ? "ready_sound" : "ready_silent")}
      </p>
    </section>
  );
}

function Today({ desk, state }: { desk: Desk; state: State }) {
  const yesterday = state.recent && dayTotal(state.recent, midnight(state.now_ms, 1));
  const utcMidnight = new Date(Math.floor(state.now_ms / DAY_MS) * DAY_MS).toISOString();
  return (
    <section class="card a-earn">
      <div class="card-head">
        <h2>{t("earned_today")}</h2>
        <a class="small strong" href="/agent/earnings">
          {t("earnings")}
        </a>
      </div>
      <p class={`display number${desk.earned_today_minor ? " is-warm" : ""}`}>{amount(desk.earned_today_minor, desk.currency)}</p>
      <p class="small muted number">{t("chats_since", { n: desk.chats_today, time: clockTime(utcMidnight, locale) })}</p>
      {yesterday && <p class="small muted number">{t("yesterday", { amount: yesterday })}</p>}
    </section>
  );
}

function dayTotal(earnings: Earnings, day: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const key = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
  return earnings.days.filter((total) => total.day === key).map((total) => amount(total.amount_cents, total.currency)).join(", ");
}

const SHOWN = 4;

function LastChats({ recent, now_ms }: { recent: Earnings | null; now_ms: number }) {
  const chats = recent?.engagements ?? [];
  if (!recent) return null;
  return (
    <section class="card a-last">
      <div class="card-head">
        <h2>{t("last_chats")}</h2>
        {chats.length > 0 && (
          <a class="small strong" href="/agent/earnings">
            {t("all_receipts")}
          </a>
        )}
      </div>
      {chats.length === 0 && <p class="muted">{t("no_chats_week")}</p>}
      <ul class="rows">
        {chats.slice(0, SHOWN).map((chat) => (
          <li key={chat.engagement_id}>
            <time class="small muted" dateTime={chat.ended_at}>
              {new Date(chat.ended_at) >= midnight(now_ms) ? clockTime(chat.ended_at, locale) : weekday(chat.ended_at)}
            </time>
            <a class="grow row-link" href={receiptPath(chat.engagement_id)}>
              <b>{chat.topic}</b>{" "}
              <span class="small muted">
                {chat.brand}, <span class="number">{span(chat.active_seconds)}</span>
              </span>
            </a>
            <span class="number">{amount(chat.amount_cents, chat.currency)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

