// What every screen is set in: the frame with its navigation, banners, and the small parts.
import type { ComponentChildren } from "preact";
import type { Desk } from "../protocol";
import { BROKEN, CHAT, CLOSE, HOME, Icon, INFO, OFFLINE } from "../shared/icons";
import { clockTime } from "../shared/time";
import { BECKON, CALENDAR, DOT, RING, SCALES, SLIDERS, WALLET } from "./marks";
import { locale, t } from "./speak";
import { isTroubled, presenceOf, questionsOfShifts, unreadCount, type State } from "./state";
import type { Work } from "./work";
import type { Key } from "./words/en";

export interface Face {
  state: State;
  work: Work;
}

/** `wide`: only where there is room for it; on a phone Settings lead there. */
const PLACES: readonly { path: string; screens: string; icon: string; words: Key; wide?: boolean }[] = [
  { path: "/agent/", screens: "home", icon: HOME, words: "home" },
  { path: "/agent/chats", screens: "chats chat", icon: CHAT, words: "chats" },
  { path: "/agent/shifts", screens: "shifts", icon: CALENDAR, words: "shifts" },
  { path: "/agent/earnings", screens: "earnings receipt", icon: WALLET, words: "earnings" },
  { path: "/agent/decisions", screens: "decisions", icon: SCALES, words: "decisions", wide: true },
  { path: "/agent/settings", screens: "settings", icon: SLIDERS, words: "settings" },
];

export function Wordmark({ href = "/agent/" }: { href?: string }) {
  return (
    <a class="wordmark" href={href}>
      <Icon d={BECKON} size="large" />
      <span>Beckon</span>
    </a>
  );
}

/** The frame of a logged-in agent: a rail on wide screens, a bar and tabs on narrow ones. */
export function Shell({ state, work, children, chat }: Face & { children: ComponentChildren; chat?: boolean }) {
  return (
    <div class={`app${chat ? " is-chat" : ""}`}>
      <Rail state={state} slim={chat ?? false} />
      {!chat && (
        <header class="topbar">
          <Wordmark />
          <PresenceTag state={state} />
        </header>
      )}
      <div class="middle">
        <Banners state={state} work={work} />
        <main class="main">{children}</main>
      </div>
      {!chat && (
        <nav class="tabs" aria-label={t("main")}>
          {PLACES.filter(({ wide }) => !wide).map((place) => (
            <Place key={place.path} place={place} state={state} />
          ))}
        </nav>
      )}
    </div>
  );
}

function Rail({ state, slim }: { state: State; slim: boolean }) {
  const { desk, me } = state;
  const name = desk?.name ?? me?.agent.display_name ?? "";
  return (
    <div class={`rail${slim ? " is-slim" : ""}`}>
      <Wordmark />
      <nav class="rail-places" aria-label={t("main")}>
        {PLACES.map((place) => (
          <Place key={place.path} place={place} state={state} />
        ))}
      </nav>
      <div class="rail-me">
        <Initial name={name} />
        <div>
          <div class="strong">{name}</div>
          <div class="small muted">{desk && presenceWords(state)}</div>
        </div>
      </div>
    </div>
  );
}

function Place({ place, state }: { place: (typeof PLACES)[number]; state: State }) {
  const { n, calm, words } = counted(place.words, state);
  return (
    <a class="place" href={place.path} aria-current={place.screens.split(" ").includes(state.route.screen) ? "page" : undefined}>
      <span class="place-icon">
        <Icon d={place.icon} />
        {n > 0 && (
          <span class={`count${calm ? " is-calm" : ""}`}>
            {n}
            <span class="hidden-words"> {t(words, { n })}</span>
          </span>
        )}
      </span>
      <span class="place-words">{t(place.words)}</span>
    </a>
  );
}

/** How much waits behind a place: open chats, or questions about shifts that want her answer. */
function counted(place: Key, state: State): { n: number; calm: boolean; words: Key } {
  if (place === "shifts") return { n: questionsOfShifts(state), calm: false, words: "want_answer" };
  const n = place === "chats" ? (state.desk?.engagements.length ?? 0) : 0;
  return { n, calm: unreadCount(state) === 0, words: "open_chats_short" };
}

export function presenceWords({ desk }: State): string {
  if (!desk) return "";
  const presence = presenceOf(desk);
  if (presence === "online" && desk.online_since) return t("online_since", { time: clockTime(desk.online_since, locale) });
  return short(desk);
}

function short(desk: Desk): string {
  return t(desk.willing && desk.pace.last_one ? "last_one" : SHORT[presenceOf(desk)]);
}

/** What took her offline is told beside the switch; here its word is enough. */
const SHORT = { offline: "offline", paused: "paused", missed: "paused", gone: "offline", emergency: "paused", online: "online", full: "full" } as const;

function PresenceTag({ state }: { state: State }) {
  if (!state.desk) return null;
  const presence = presenceOf(state.desk);
  const on = presence === "online" || presence === "full";
  return (
    <span class={`pill${on ? " is-on" : ""}`}>
      <Icon d={on ? DOT : RING} size="small" />
      {short(state.desk)}
    </span>
  );
}

/** A broken link, what went wrong, and what is new: never in the way of writing. */
export function Banners({ state, work }: Face) {
  const linked = state.me?.agent.state === "approved";
  return (
    <div class="banners">
      {linked && isTroubled(state) && <LinkBanner state={state} work={work} />}
      <Told words={state.trouble} kind="alert" work={work} />
      <Told words={state.news} kind="status" work={work} />
    </div>
  );
}

function LinkBanner({ state, work }: Face) {
  const { kind } = state.link;
  const closed = kind === "closed";
  return (
    <div class="banner" role="status">
      <Icon d={kind === "connecting" ? BROKEN : OFFLINE} />
      <p>
        <b>{t("no_connection")}</b> {linkWords(state)}
      </p>
      {kind !== "connecting" && (
        <button type="button" class="button" onClick={closed ? () => location.reload() : work.tryNow}>
          {t(closed ? "load_again" : "try_now")}
        </button>
      )}
    </div>
  );
}

function linkWords({ link }: State): string {
  if (link.kind === "closed") return link.words || t("link_closed");
  if (link.kind === "offline") return t("no_network");
  if (link.kind === "connecting" || !link.retry_at) return t("trying");
  return t("next_try", { n: Math.max(0, Math.ceil((link.retry_at - Date.now()) / 1000)) });
}

function Told({ words, kind, work }: { words: string; kind: "alert" | "status"; work: Work }) {
  return (
    <div role={kind}>
      {words && (
        <div class={`banner${kind === "status" ? " is-calm" : ""}`}>
          <Icon d={INFO} />
          <p>{words}</p>
          <button type="button" class="icon-button" aria-label={t("put_away")} onClick={work.hush}>
            <Icon d={CLOSE} />
          </button>
        </div>
      )}
    </div>
  );
}

export function Initial({ name }: { name: string }) {
  return (
    <span class="face is-person is-large" aria-hidden="true">
      {[...name][0]?.toLocaleUpperCase(locale) ?? ""}
    </span>
  );
}

/** A status is a shape, a word and a colour, always all three. */
export function Mark({ icon, tone, children }: { icon: string; tone?: "brand" | "good" | "attention" | "info"; children: ComponentChildren }) {
  return (
    <span class={`mark${tone ? ` is-${tone}` : ""}`}>
      <Icon d={icon} size="small" />
      {children}
    </span>
  );
}

export function Hint({ icon = INFO, children }: { icon?: string; children: ComponentChildren }) {
  return (
    <p class="notice is-card">
      <Icon d={icon} size="small" />
      <span>{children}</span>
    </p>
  );
}

interface Segment<Value> {
  value: Value;
  words: string;
}

/** One of a few, as real radio buttons. */
export function Segments<Value extends string | number>(props: {
  name: string;
  legend: string;
  value: Value;
  choices: readonly Segment<Value>[];
  onPick: (value: Value) => void;
}) {
  return (
    <fieldset class="segments">
      <legend class="hidden-words">{props.legend}</legend>
      {props.choices.map(({ value, words }) => (
        <label class="choice segment-flat" key={value}>
          <input type="radio" name={props.name} checked={value === props.value} onChange={() => props.onPick(value)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}

/** Before the first answer of the server. */
export function Loading() {
  return (
    <div class="loading" role="status">
      <Icon d={BECKON} size="large" />
      <p class="muted">{t("loading")}</p>
    </div>
  );
}

/** Navigation by keyboard and screen reader starts here on each new screen. */
export function Heading({ children, small }: { children: ComponentChildren; small?: boolean }) {
  return (
    <h1 class={small ? "title" : "headline"} tabIndex={-1} data-start>
      {children}
    </h1>
  );
}
