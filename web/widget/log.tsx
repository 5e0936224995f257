// The conversation: turns grouped by who speaks, what happened between them, and what is not sent yet.
import type { Answer, Changed, Message, Numbered } from "../protocol";
import { CHECK, CLOCK, DOWN, Icon, PAGE, SHIELD } from "../shared/icons";
import { hasRemoved, pieces } from "../shared/text";
import { timeOrDay } from "../shared/time";
import { AssistantMark, Initial } from "./head";
import type { Later, PanelProps } from "./panel";
import { locale, t } from "./speak";
import { isLooking, phaseOf, talkOf, type State } from "./state";
import { Welcome } from "./welcome";
import type { Key } from "./words/en";

type Said = Message | Answer;
interface Turn {
  kind: "turn";
  role: string;
  name: string;
  lines: Said[];
}

/** Consecutive lines of one author are one turn. */
export function turns(events: readonly Numbered[]): (Turn | Changed)[] {
  const out: (Turn | Changed)[] = [];
  for (const event of events) {
    if (event.type === "changed") out.push(event);
    if (event.type !== "message" && event.type !== "answer") continue;
    const last = out.at(-1);
    const same = last && "lines" in last && last.role === event.author.role && last.name === event.author.name;
    if (same) last.lines.push(event);
    else out.push({ kind: "turn", role: event.author.role, name: event.author.name, lines: [event] });
  }
  return out;
}

export function Log({ state, chat, later }: PanelProps) {
  const talk = talkOf(state);
  const groups = turns(talk?.events ?? []);
  const last = talk?.events.at(-1);
  const empty = groups.length === 0 && state.unsent.length === 0;
  return (
    <div class="log-frame">
      <div class="log" ref={follow} onScroll={(event) => chat.scrolled(isAtEnd(event.currentTarget))} tabIndex={0} role="log" aria-live="polite" aria-label={t("chat")}>
        {empty && state.known && <Welcome state={state} chat={chat} />}
        {later && talk?.earlier && (
          <button type="button" class="button is-quiet is-compact" onClick={() => void later.earlier(chat)}>
            {t("earlier")}
          </button>
        )}
        {groups.map((group) =>
          "lines" in group ? <TurnView key={`t${group.lines[0]?.seq}`} turn={group} last={last} state={state} later={later} /> : <Event key={`e${group.seq}`} event={group} now={group === last} />,
        )}
        <Unsent state={state} chat={chat} later={later} />
        {later && phaseOf(state) === "away" && <later.Broke state={state} />}
        <Typing state={state} />
      </div>
      {state.left_at !== null && (last?.seq ?? 0) > state.left_at && (
        <button type="button" class="button is-primary is-compact to-end" onClick={toEnd}>
          {t("new_messages")}
          <Icon d={DOWN} size="small" />
        </button>
      )}
    </div>
  );
}

let box: HTMLElement | null = null;
let stuck = true;
const watchers = [new ResizeObserver(() => stuck && toEnd()), new MutationObserver(() => stuck && toEnd())] as const;

/** Keeps the end of the log in sight unless the reader scrolled up. */
function follow(log: HTMLElement | null): void {
  for (const watcher of watchers) watcher.disconnect();
  box = log;
  if (!log) return;
  watchers[0].observe(log);
  watchers[1].observe(log, { childList: true, subtree: true, characterData: true });
  toEnd();
}

function toEnd(): void {
  stuck = true;
  if (box) box.scrollTop = box.scrollHeight;
}

function isAtEnd(log: HTMLElement): boolean {
  return (stuck = log.scrollHeight - log.scrollTop - log.clientHeight < 48);
}

export function Text({ text }: { text: string }) {
  return (
    <>
      {pieces(text).map((piece) => {
        if (piece.kind === "removed") return <Removed />;
        if (piece.kind === "text") return piece.text;
        return (
          <a href={piece.text} target="_blank" rel="noopener noreferrer nofollow">
            {piece.text}
          </a>
        );
      })}
    </>
  );
}

function Removed() {
  return (
    <span class="removed">
      <Icon d={SHIELD} size="small" />
      {t("card_removed")}
    </span>
  );
}

interface TurnProps {
  turn: Turn;
  last: Numbered | undefined;
  state: State;
  later: Later | null;
}

function TurnView(props: TurnProps) {
  const { turn } = props;
  if (turn.role === "customer") return <Mine {...props} />;
  const first = turn.lines[0];
  const person = turn.role === "agent";
  return (
    <article class={`turn ${person ? "is-person" : "is-assistant"}`}>
      <p class="who">
        {person ? <Initial name={turn.name} /> : <AssistantMark />}
        <b>
          <bdi>{turn.name}</bdi>
        </b>
        {!person && <span class="hidden-words">{t("ai")}</span>}
        {first && <time dateTime={first.at}>{timeOrDay(first.at, locale)}</time>}
      </p>
      {turn.lines.map((line) => (
        <div class="bubble" dir="auto" key={line.seq}>
          <Text text={line.text} />
          {line.type === "answer" && line.sources.map((source) => <Source key={source.slug} title={source.title} />)}
        </div>
      ))}
    </article>
  );
}

function Source({ title }: { title: string }) {
  return (
    <span class="source">
      <Icon d={PAGE} />
      <span>
        <b>{title}</b>
        <span class="muted">{t("help_article")}</span>
      </span>
    </span>
  );
}

function Mine({ turn, last, state, later }: TurnProps) {
  const newest = turn.lines.at(-1);
  const acknowledged = newest && newest === last && !state.unsent.length;
  const seen = newest && newest.seq <= (state.read[newest.conversation] ?? 0);
  return (
    <>
      <article class="turn is-mine">
        {turn.lines.map((line) => (
          <p class="bubble" dir="auto" key={line.seq}>
            <Text text={line.text} />
          </p>
        ))}
        {acknowledged && (
          <p class="fate">
            <Icon d={CHECK} size="small" />
            {t(seen ? "seen" : "sent", { time: timeOrDay(newest.at, locale) })}
          </p>
        )}
      </article>
      {later && turn.lines.some((line) => hasRemoved(line.text)) && <later.CardSafe />}
    </>
  );
}

function Unsent({ state, chat, later }: PanelProps) {
  const items = state.unsent.filter((item) => !item.conversation || item.conversation === state.current);
  const waiting = items.filter((item) => !later || item.refused === null);
  if (!items.length) return null;
  const open = state.link.kind === "open";
  return (
    <div class="turn is-mine">
      {later && <later.Refused items={items} chat={chat} />}
      {waiting.map((item) => (
        <p class="bubble is-waiting" dir="auto" key={item.client_id}>
          {item.text}
        </p>
      ))}
      {waiting.length > 0 && (
        <p class="fate">
          <Icon d={CLOCK} size="small" />
          {open ? t("sending") : waiting.length === 1 ? t("waiting_one") : t("waiting_many", { n: waiting.length })}
        </p>
      )}
    </div>
  );
}

const LINES = new Set<Key>(["joined", "cancelled", "away", "back", "lost", "transferred", "resolved", "left", "idle", "gone", "unreached", "dormant", "resumed", "waits_again", "message_left", "callback_chosen", "due", "late", "stopped"]);

/** What happened, in a sentence; null for what the customer need not read. */
export function sentence(event: Changed): string | null {
  const { due } = event.status;
  const params = { name: event.status.person?.name ?? event.author.name, time: timeOrDay(event.at, locale), due: due ? timeOrDay(due, locale) : "" };
  if (event.change === "asked") return t(event.status.why === "asked" ? "asked" : "asked_for_you", params);
  return LINES.has(event.change as Key) ? t(event.change as Key, params) : null;
}

/** A broken link that lasts is told by its card, not by a line. */
function Event({ event, now }: { event: Changed; now: boolean }) {
  const words = now && event.change === "away" ? null : sentence(event);
  return words ? <p class="event">{words}</p> : null;
}

function Typing({ state }: { state: State }) {
  if (state.typing && state.typing.until_ms > state.now_ms) return <Dots words={t("is_typing", { name: state.typing.name })} />;
  return isLooking(state) ? <Dots words={t("looking", { name: state.session?.brand.assistant_name ?? "" })} /> : null;
}

function Dots({ words }: { words: string }) {
  return (
    <p class="typing">
      <span class="typing-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {words}
    </p>
  );
}
