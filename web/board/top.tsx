// Above the panels: how old the picture is, what to do about an old one, and what needs somebody.
import { Icon, OFFLINE, RETRY } from "../shared/icons";
import type { LinkState } from "../shared/socket";
import { secondsUntil } from "../shared/time";
import type { Alert } from "./figures";
import { Status, ToneIcon, type Tone } from "./marks";
import { languageName, locale, span, t } from "./speak";
import { ageMs, isStale, type State } from "./state";

const LOGIN = `/admin/login/?next=${encodeURIComponent("/board")}`;
const SHOWN_ALERTS = 2;
const MENU = "M4 7h16M4 12h16M4 17h16";

export function Top({ state, now, name }: { state: State; now: number; name: string }) {
  const moment = new Date(now);
  const day = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" }).format(moment);
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(moment);
  return (
    <header class="top">
      <h1>{t("board")}</h1>
      <Freshness state={state} now={now} />
      <span class="top-day muted">{[name, day].filter(Boolean).join(", ")}</span>
      <b class="number">{time}</b>
      <a class="to-sections icon-button" href="#sections" aria-label={t("to_sections")}>
        <Icon d={MENU} />
      </a>
    </header>
  );
}

/** The age of the picture where it is young, else why it is old. */
function Freshness({ state: { board, link }, now }: { state: State; now: number }) {
  const [tone, words] = freshness(board ? ageMs(board, now) : null, board ? isStale(board, now) : true, link);
  return <Status tone={tone}>{words}</Status>;
}

export function freshness(age_ms: number | null, stale: boolean, link: LinkState): [Tone, string] {
  if (link.kind === "open" && age_ms !== null) {
    return stale ? ["attention", t("old", { age: span(age_ms / 1000) })] : ["good", t("live", { age: (age_ms / 1000).toFixed(1) })];
  }
  if (link.kind === "closed") return ["attention", t("ended")];
  if (link.kind === "offline") return ["idle", t("no_network")];
  if (link.failed) return ["idle", t("no_link", { n: link.failed })];
  return ["idle", t(age_ms === null ? "connecting" : "reconnecting")];
}

/** Shown instead of the alerts once nothing can be said of now. */
export function StaleBar({ state, now, tryNow }: { state: State; now: number; tryNow: () => void }) {
  const { board, link } = state;
  const ended = link.kind === "closed";
  return (
    <section class="stale-bar">
      <Icon d={OFFLINE} size="large" />
      <div>
        <h2>{board ? t("stale_title", { age: span(ageMs(board, now) / 1000) }) : t("no_picture_title")}</h2>
        <p class="muted">{[why(link), next(link)].filter(Boolean).join(" ")}</p>
      </div>
      {ended && (
        <a class="button is-primary" href={LOGIN}>
          {t("log_in")}
        </a>
      )}
      {(link.kind === "waiting" || link.kind === "offline") && (
        <button class="button is-primary" type="button" onClick={tryNow}>
          <Icon d={RETRY} />
          {t("try_now")}
        </button>
      )}
    </section>
  );
}

function why(link: LinkState): string {
  if (link.kind === "open") return t("stale_no_new");
  if (link.kind === "closed") return link.words || t("stale_ended");
  return t(link.kind === "offline" ? "stale_no_network" : "stale_no_link");
}

function next(link: LinkState): string {
  if (link.kind === "connecting") return t("trying");
  if (link.kind !== "waiting" || link.retry_at === null) return "";
  // The time of the next try is by this machine's clock, not by the server's.
  return t("next_try", { n: secondsUntil(new Date(link.retry_at).toISOString(), Date.now()) });
}

export function Alerts({ alerts }: { alerts: Alert[] }) {
  if (!alerts.length) return null;
  const shown = alerts.slice(0, SHOWN_ALERTS);
  return (
    <section class="alerts" aria-label={t("alerts")}>
      {shown.map((alert, at) => {
        const [title, line] = sentence(alert);
        const tone: Tone = alert.kind === "waiting" ? "bad" : "attention";
        const rest = at === shown.length - 1 ? alerts.length - shown.length : 0;
        return (
          <div key={title} class={`alert is-${tone}`}>
            <ToneIcon tone={tone} size="large" />
            <div>
              <h2>{title}</h2>
              <p class="muted">{[line, rest ? t("more_alerts", { n: rest }) : ""].filter(Boolean).join(" ")}</p>
            </div>
          </div>
        );
      })}
    </section>
  );
}

export function sentence(alert: Alert): [title: string, line: string] {
  switch (alert.kind) {
    case "waiting":
      return [
        t("alert_waiting", { language: languageName(alert.language), topic: alert.topic, n: alert.waiting, age: span(alert.seconds) }),
        supply(alert),
      ];
    case "lost":
      return [t("alert_lost", { names: alert.agents.map((agent) => agent.name).join(", "), n: alert.chats }), t("alert_lost_line")];
    case "health":
      return [t("alert_health", { name: alert.health.name, words: alert.health.words }), t("alert_health_line")];
    default:
      return alert satisfies never;
  }
}

function supply({ language, speakers }: Extract<Alert, { kind: "waiting" }>): string {
  if (!speakers?.people) return t("alert_nobody_speaks", { language: languageName(language) });
  return speakers.free ? t("alert_room", { n: speakers.free }) : t("alert_no_room", { n: speakers.places });
}
