// The board as a whole: the rail, the line above, the panels.
import { useNow } from "../shared/hooks";
import { CHAT, Icon, MONEY, NOTE, PERSON, SHIELD, TRANSFER, HOME } from "../shared/icons";
import { Agents, Occupancy } from "./agents";
import { alertsOf, type Alert } from "./figures";
import { Modes, type Steering } from "./modes";
import { Offers } from "./offers";
import { Service } from "./service";
import { named, t } from "./speak";
import { countedTo, isStale, type State } from "./state";
import { Assistant, Health, Money } from "./today";
import { Alerts, StaleBar, Top } from "./top";
import { Waiting } from "./waiting";

const TICK_MS = 500;
const BECKON = "M4 19V9a8 8 0 0 1 16 0v2M8 19v-9a4 4 0 0 1 8 0v5a4 4 0 0 1-4 4";
const BOARD = "M4 4.500h16v15H4ZM8 15.500v-3M12 15.500v-7M16 15.500v-5";
const ICONS: Record<string, string> = {
  Conversation: CHAT,
  Escalation: TRANSFER,
  Agent: PERSON,
  PayPlan: NOTE,
  Posting: MONEY,
  Brand: HOME,
  Entry: SHIELD,
};

interface AppProps {
  state: State;
  /** Name of a kind of record -> the admin's list of it, for those the operator may see. */
  rooms: Record<string, string>;
  name: string;
  /** What this operator may switch. */
  steering: Steering;
  tryNow: () => void;
}

export function App({ state, rooms, name, steering, tryNow }: AppProps) {
  const now = useNow(TICK_MS);
  const { board, link } = state;
  const stale = board !== null && isStale(board, now);
  const lost = board === null && (link.kind === "closed" || link.failed > 0);
  const alerts = board && !stale ? alertsOf(board, countedTo(board, now)) : [];
  document.title = alerts.length ? `(${alerts.length}) ${t("board")}` : t("board");
  return (
    <div class="shell">
      <Rail rooms={rooms} />
      <main class={`board${stale ? " is-stale" : ""}`}>
        <Top state={state} now={now} name={name} />
        <Announced stale={stale || lost} alerts={alerts} known={board !== null} />
        {(stale || lost) && <StaleBar state={state} now={now} tryNow={tryNow} />}
        <Alerts alerts={alerts} />
        {board && <Modes modes={board.modes} steering={steering} />}
        {board ? <Panels state={state} now={now} /> : !lost && <p class="loading muted">{t("first_picture")}</p>}
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

function Panels({ state, now }: { state: State; now: number }) {
  const { board, topics } = state;
  if (!board) return null;
  const view = { board, now };
  return (
    <div class="grid">
      <Waiting {...view} topics={topics} />
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

function Rail({ rooms }: { rooms: Record<string, string> }) {
  return (
    <nav class="rail" id="sections" tabindex={-1} aria-label={t("sections")}>
      <span class="wordmark">
        <Icon d={BECKON} size="large" />
        <span>Beckon</span>
      </span>
      <a class="place" href="/board" aria-current="page" title={t("board")}>
        <Icon d={BOARD} />
        <span>{t("board")}</span>
      </a>
      {Object.entries(rooms).map(([room, address]) => (
        <a key={room} class="place" href={address} title={named("room", room)}>
          <Icon d={ICONS[room] ?? NOTE} />
          <span>{named("room", room)}</span>
        </a>
      ))}
    </nav>
  );
}
