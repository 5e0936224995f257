// One chat: what was said, the packet beside it, and the composer.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Answer, Changed, Engaged, HandOff, Message, Numbered } from "../protocol";
import { MAX_TEXT } from "../protocol";
import { ALERT, CHECK, CLOCK, CLOSE, DOWN, Icon, NOTE, OFFLINE, RETRY, SEND, SHIELD, TRANSFER } from "../shared/icons";
import { languageNames } from "../shared/i18n";
import type { Unsent } from "../shared/outbox";
import { pieces } from "../shared/text";
import { clockTime, timeOrDay } from "../shared/time";
import { earlier } from "./earlier";
import { activeSeconds, estimate, together } from "./earnings";
import { NOT_HERS } from "./kept";
import { BACK, MOON } from "./marks";
import { Heading, Initial, type Face } from "./parts";
import { chatPath, type Part } from "./route";
import { amount, locale, span, t } from "./speak";
import { halves, notesOf, packetOf, type State } from "./state";
import { Handover } from "./handover/fetched";
import type { Key } from "./words/en";

export interface ChatFace extends Face {
  engaged: Engaged;
}

export function Thread({ engaged, state, work }: ChatFace) {
  const part = state.route.screen === "chat" ? state.route.part : "talk";
  return (
    <>
      <section class="thread" aria-label={t("chat_with", { name: engaged.customer_name })}>
        <div>
          <Head engaged={engaged} state={state} />
          <PacketLine engaged={engaged} state={state} />
        </div>
        <Log engaged={engaged} state={state} work={work} />
        {engaged.customer_away_since && (
          <p class="notice is-card" role="status">
            <Icon d={OFFLINE} size="small" />
            <span>{t("away_since", { name: engaged.customer_name, time: clockTime(engaged.customer_away_since, locale) })}</span>
          </p>
        )}
        {engaged.dormant_since && (
          <p class="notice is-card" role="status">
            <Icon d={MOON} size="small" />
            <span>{t("dormant_line", { name: engaged.customer_name })}</span>
          </p>
        )}
        <Composer engaged={engaged} state={state} work={work} />
      </section>
      <aside class={`drawer${part !== "talk" ? " is-open" : ""}`} aria-label={t("beside")}>
        <div class="drawer-head">
          <h2 class="title">{t(TITLES[part] ?? "before_you_write")}</h2>
          <a class="icon-button" href={chatPath(engaged.conversation)} aria-label={t("back_to_chat")}>
            <Icon d={CLOSE} />
          </a>
        </div>
        {part === "transfer" || part === "ask" || part === "abuse" ? (
          <Handover key={part} form={part} engaged={engaged} state={state} work={work} />
        ) : (
          <Beside engaged={engaged} state={state} work={work} />
        )}
      </aside>
    </>
  );
}

const TITLES: Partial<Record<Part, Key>> = { transfer: "pass_on", ask: "ask_colleague", abuse: "abuse_leave" };

function Head({ engaged, state }: { engaged: Engaged; state: State }) {
  const active_s = activeSeconds(state.streams[engaged.conversation]?.talk, engaged.accepted_at, state.now_ms);
  const soFar = amount(together(estimate(engaged, active_s)), engaged.currency);
  return (
    <header class="thread-head">
      <a class="icon-button only-narrow" href="/agent/chats" aria-label={t("your_chats")}>
        <Icon d={BACK} directed />
      </a>
      <span class="only-wide">
        <Initial name={engaged.customer_name} />
      </span>
      <div class="grow">
        <Heading small>{engaged.customer_name}</Heading>
        <p class="small muted number">{t("active_so_far", { time: span(active_s), amount: soFar })}</p>
      </div>
      <a class="button is-transfer" href={chatPath(engaged.conversation, "transfer")} aria-label={t("transfer")}>
        <Icon d={TRANSFER} />
        <span class="only-wide">{t("transfer")}</span>
      </a>
      <a class="button" href={chatPath(engaged.conversation, "end")}>
        <span class="only-wide">{t("end_chat")}</span>
        <span class="only-narrow">{t("end")}</span>
      </a>
    </header>
  );
}

function PacketLine({ engaged, state }: { engaged: Engaged; state: State }) {
  const packet = packetOf(state, engaged.conversation)?.packet;
  return (
    <a class="packet-line" href={chatPath(engaged.conversation, "packet")}>
      <Icon d={NOTE} size="small" />
      <span class="grow">
        <b>{t("hand_off")}:</b> {packet ? [...new Set([packet.summary, packet.goal])].join(" ") : t("no_packet")}
      </span>
      <Icon d={DOWN} size="small" />
    </a>
  );
}

// --- what was said ---

function Log({ engaged, state, work }: ChatFace) {
  const { conversation } = engaged;
  const talk = state.streams[conversation]?.talk;
  const [before, since] = talk ? halves(talk) : [[], []];
  const [open, setOpen] = useState(false);
  const log = useRef<HTMLDivElement>(null);
  const stuck = useRef(true);
  const unsent = state.unsent.filter((item) => item.conversation === conversation);
  const typing = (state.typing[conversation] ?? 0) > state.now_ms;
  const read = state.read[conversation] ?? 0;
  useLayoutEffect(() => {
    if (stuck.current && log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [talk?.head, unsent.length, typing, open]);
  const lines = before.filter((event) => event.type === "message" || event.type === "answer").length;
  return (
    <div class="messages" ref={log} role="log" aria-live="polite" tabIndex={0} aria-label={t("messages")} onScroll={({ currentTarget: box }) => (stuck.current = box.scrollHeight - box.scrollTop - box.clientHeight < 48)}>
      <div class="messages-inner">
        {!talk && <p class="said">{t("loading")}</p>}
        {talk?.earlier && (open || lines === 0) && (
          <button type="button" class="button is-quiet is-compact" onClick={() => void earlier(work, conversation)}>
            {t("earlier")}
          </button>
        )}
        {lines > 0 && (
          <p class="said">
            {t("with_assistant", { n: lines })}{" "}
            <button type="button" class="link" aria-expanded={open} onClick={() => setOpen(!open)}>
              {t(open ? "hide" : "show")}
            </button>
          </p>
        )}
        {open && before.map((event) => <Line key={event.seq} event={event} read={read} />)}
        {since.map((event) => (
          <Line key={event.seq} event={event} read={read} />
        ))}
        {unsent.map((item) => (
          <NotSent key={item.client_id} item={item} state={state} work={work} />
        ))}
        {typing && <p class="typing">{t("is_typing", { name: engaged.customer_name })}</p>}
      </div>
    </div>
  );
}

/** `read`: how far the customer has read. */
function Line({ event, read }: { event: Numbered; read: number }) {
  if (event.type === "message" || event.type === "answer") return <Said event={event} read={read} />;
  const words = event.type === "changed" ? sentence(event) : null;
  return words ? <p class="said">{words}</p> : null;
}

function Said({ event, read }: { event: Message | Answer; read: number }) {
  const { role, name } = event.author;
  const mine = role === "agent";
  return (
    <article class={`msg${mine ? " is-mine" : ""}${role === "assistant" ? " is-machine" : ""}`}>
      <div class="said-box" dir="auto">
        <Words text={event.text} />
      </div>
      <p class="meta">
        <span class={mine || role === "customer" ? "hidden-words" : ""}>{role === "assistant" ? t("ai_name", { name }) : name}</span>
        {mine && <Icon d={CHECK} size="small" />}
        {mine && t(event.seq <= read ? "seen" : "sent")}{" "}
        <time class="number" dateTime={event.at}>
          {timeOrDay(event.at, locale)}
        </time>
      </p>
    </article>
  );
}

function Words({ text }: { text: string }) {
  return (
    <>
      {pieces(text).map((piece) => {
        if (piece.kind === "removed")
          return (
            <span class="removed">
              <Icon d={SHIELD} size="small" />
              {t("card_removed")}
            </span>
          );
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

const CHANGES = new Set<Key>(["went", "unreached", "cancelled", "joined", "away", "back", "lost", "transferred_line", "left", "fell_silent", "resumed", "waits_again", "slept_on"]);

const ASKED: Record<string, Key> = { asked: "asked", returned: "asked_again" };
const NAMED: Record<string, Key> = { transferred: "transferred_line", gone: "went", dormant: "fell_silent" };

function sentence(event: Changed): string | null {
  const params = { name: event.status.person?.name ?? event.author.name, who: event.author.name, time: timeOrDay(event.at, locale) };
  if (event.change === "asked") return t(ASKED[event.status.why] ?? "asked_by_assistant", params);
  const key = (NAMED[event.change] ?? event.change) as Key;
  return CHANGES.has(key) ? t(key, params) : null;
}

function NotSent({ item, state, work }: Face & { item: Unsent }) {
  const open = state.link.kind === "open";
  if (item.refused === null) {
    return (
      <article class="msg is-mine is-unsent">
        <p class="said-box" dir="auto">{item.text}</p>
        <p class="meta">
          <Icon d={CLOCK} size="small" /> {t(open ? "sending" : "waiting_for_link")}
        </p>
      </article>
    );
  }
  return (
    <article class="msg is-mine is-unsent is-refused">
      <p class="said-box" dir="auto">{item.text}</p>
      <p class="meta is-bad" role="alert">
        <Icon d={ALERT} size="small" /> {item.code === NOT_HERS ? t("not_sent_yet") : t("not_sent", { why: item.refused })}
      </p>
      <div class="remedies">
        <button type="button" class="button" onClick={() => work.retry(item.client_id)}>
          <Icon d={RETRY} size="small" /> {t("send_again")}
        </button>
        <button type="button" class="button is-quiet" onClick={() => work.remove(item.client_id)}>
          {t("take_back")}
        </button>
      </div>
    </article>
  );
}

// --- writing ---

const coarse = () => matchMedia("(pointer: coarse)").matches;

function Composer({ engaged, state, work }: ChatFace) {
  const { conversation, customer_name: name } = engaged;
  const key = `talk:${conversation}`;
  const draft = state.drafts[key] ?? "";
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!coarse()) field.current?.focus({ preventScroll: true });
  }, []);
  const send = () => {
    const text = draft.trim();
    if (text) work.say(conversation, text);
    field.current?.focus();
  };
  return (
    <form
      class="thread-foot"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer">
        <textarea
          ref={field}
          class="composer-field"
          rows={1}
          maxLength={MAX_TEXT}
          value={draft}
          placeholder={t("write_to", { name, language: languageNames([engaged.language], locale) })}
          aria-label={t("your_message")}
          dir="auto"
          onInput={({ currentTarget }) => {
            work.draft(key, currentTarget.value);
            if (currentTarget.value) work.writing(conversation);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing || coarse()) return;
            event.preventDefault();
            send();
          }}
        />
        <button class={`icon-button composer-send${draft.trim() ? " is-ready" : ""}`} aria-label={t("send")}>
          <Icon d={SEND} />
        </button>
      </div>
    </form>
  );
}

// --- beside the talk ---

function Beside({ engaged, state, work }: ChatFace) {
  const handOff = packetOf(state, engaged.conversation);
  return (
    <>
      {handOff ? <PacketCard event={handOff} /> : <p class="packet-card muted">{t("no_packet")}</p>}
      <section>
        <h3 class="strong">{t("about", { name: engaged.customer_name })}</h3>
        <p class="small muted">
          {languageNames([engaged.language], locale)}, {engaged.topic_name}, {engaged.brand}
        </p>
      </section>
      <Notes engaged={engaged} state={state} work={work} />
      <p class="small muted">
        {t("abusive")}{" "}
        <a class="link" href={chatPath(engaged.conversation, "abuse")}>
          {t("abuse_leave")}
        </a>
      </p>
    </>
  );
}

function PacketCard({ event }: { event: HandOff }) {
  const { packet } = event;
  return (
    <section class="packet-card">
      <div class="card-head">
        <h3 class="title">{t("hand_off")}</h3>
        <span class="small muted number">{t("by_at", { name: event.author.name, time: clockTime(event.at, locale) })}</span>
      </div>
      <dl class="packet">
        <Entry words="summary">{packet.summary}</Entry>
        {packet.tried.length > 0 && (
          <Entry words="tried">
            <ul>
              {packet.tried.map((tried) => (
                <li key={tried}>{tried}</li>
              ))}
            </ul>
          </Entry>
        )}
        {packet.reason_words && <Entry words="why_a_person">{packet.reason_words}</Entry>}
        {packet.goal && packet.goal !== packet.summary && <Entry words="goal">{packet.goal}</Entry>}
      </dl>
    </section>
  );
}

function Entry({ words, children }: { words: Key; children: ComponentChildren }) {
  return (
    <div>
      <dt>{t(words)}</dt>
      <dd dir="auto">{children}</dd>
    </div>
  );
}

const LONGEST_NOTE = 1000;

function Notes({ engaged, state, work }: ChatFace) {
  const key = `note:${engaged.conversation}`;
  const draft = state.drafts[key] ?? "";
  return (
    <section class="stack">
      <ul class="notes">
        {notesOf(state, engaged.conversation).map((note) => (
          <li key={note.seq}>
            {note.about && <p class="small strong">{t(note.about === "answer" ? "colleague_answered" : "colleagues_asked")}</p>}
            <p dir="auto">{note.text}</p>
            <p class="small muted number">{t("by_at", { name: note.author.name, time: timeOrDay(note.at, locale) })}</p>
          </li>
        ))}
      </ul>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (draft.trim()) void work.addNote(engaged.conversation, draft.trim());
        }}
      >
        <label class="field">
          <span class="label">{t("note_for_colleagues")}</span>
          <textarea class="input" rows={2} maxLength={LONGEST_NOTE} value={draft} dir="auto" onInput={({ currentTarget }) => work.draft(key, currentTarget.value)} />
        </label>
        <p class="line">
          <button class="button" disabled={!draft.trim() || state.busy === "note"}>
            {t("save_note")}
          </button>
          <a class="button is-quiet" href={chatPath(engaged.conversation, "ask")}>
            {t("ask_colleague")}
          </a>
          <span class="small muted">{t("customer_never_sees")}</span>
        </p>
      </form>
    </section>
  );
}
