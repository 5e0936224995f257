// The board as a whole: the rail, the line above, the panels.
import { useNow } from "../shared/hooks";
import { Agents, Occupancy } from "./agents";
import { alertsOf, type Alert } from "./figures";
import { Modes, type Steering } from "./modes";
import { Offers } from "./offers";
import { Rail } from "./rail";
import { Service } from "./service";
import { named, t } from "./speak";
import { countedTo, isStale, type State } from "./state";
import { Assistant, Health, Money } from "./today";
import { Alerts, StaleBar, Top } from "./top";
import { Waiting } from "./waiting";

const TICK_MS = 500;
interface AppProps {
  state: State;
  /** Name of a kind of record -> the admin's list of it, for those the operator may see. */
  rooms: Record<string, string>;
  name: string;
  /** What this operator may switch. */
  steering: Steering;
  /** Whether the planning board is hers too. */
  plans: boolean;
  tryNow: () => void;
}

export function App({ state, rooms, name, steering, plans, tryNow }: AppProps) {
  const now = useNow(TICK_MS);
  const { board, link } = state;
  const stale = board !== null && isStale(board, now);
  const lost = board === null && (link.kind === "closed" || link.failed > 0);
  const alerts = board && !stale ? alertsOf(board, countedTo(board, now)) : [];
  document.title = alerts.length ? `(${alerts.length}) ${t("board")}` : t("board");
  return (
    <div class="shell">
      <Rail rooms={rooms} here="board" boards={{ board: t("board"), ...(plans ? { planning: t("planning") } : {}) }} label={t("sections")} name={(room) => named("room", room)} />
      <main class={`board${stale ? " is-stale" : ""}`}>
        <Top state={state} now={now} name={name} />
        <Announced stale={stale || lost} alerts={alerts} known={board !== null} />
        {(stale || lost) && <StaleBar state={state} now={now} tryNow={tryNow} />}
        <Alerts alerts={alerts} />
        {board && <Modes modes={board.modes} steering={steering} />}
        {board ? <Panels state={state} now={now} requests={rooms["Escalation"]} raises={steering.raises} /> : !lost && <p class="loading muted">{t("first_picture")}</p>}
      </main>
    </div>
  );
}

/** Said aloud once when it changes; the running numbers are not. */
function Announced({ stale, alerts, known }: { stale: boolean; alerts: Alert[]; known: boolean }) {
  const freshness = stale ? t("status_stale") : known ? t("status_live") : "";
  return (
    <p class="hidden-words" role="status">
      {[freshness, alerts.length ? t("status_alerts", { n: alerts.length }) : ""].filter(Boolean).join(" ")}
    </p>
  );
}

function Panels({ state, now, requests, raises }: { state: State; now: number; requests: string | undefined; raises: boolean }) {
  const { board, topics } = state;
  if (!board) return null;
  const view = { board, now };
  return (
    <div class="grid">
      <Waiting {...view} topics={topics} requests={requests} raises={raises} />
      <Service {...view} />
      <Offers {...view} />
      <Agents {...view} />
      <Occupancy {...view} />
      <Health {...view} />
      <Assistant {...view} />
      <Money {...view} />
    </div>
  );
}
