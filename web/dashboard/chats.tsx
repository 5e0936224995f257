// All chats at once: whose turn it is, for how long, and the one that is open.
import type { Engaged, Numbered } from "../protocol";
import { CHAT, CLOCK, Icon, OFFLINE } from "../shared/icons";
import { clockTime, secondsSince, stopwatch } from "../shared/time";
import { DOT, HOURGLASS, MOON, RING } from "./marks";
import { PaceBeside } from "./pace";
import { Heading, Mark, Shell, type Face } from "./parts";
import { chatPath, receiptPath, type Route } from "./route";
import { locale, t } from "./speak";
import { engagedIn, inOrder, turnOf, type State, type Turn } from "./state";
import { Thread } from "./thread";
import { WrapUp } from "./wrapup";

export function Chats({ state, work }: Face) {
  const { route } = state;
  const conversation = route.screen === "chat" ? route.conversation : null;
  const engaged = conversation ? engagedIn(state, conversation) : null;
  if (engaged && route.screen === "chat" && route.part === "end") return <WrapUp key={engaged.engagement_id} engaged={engaged} state={state} work={work} />;
  const chats = inOrder(state);
  if (!conversation) return <Overview state={state} work={work} chats={chats} />;
  return (
    <Shell state={state} work={work} chat>
      <div class="desk">
        <Strip state={state} work={work} chats={chats} />
        {engaged ? <Thread key={conversation} engaged={engaged} state={state} work={work} /> : <Over state={state} route={route} />}
      </div>
    </Shell>
  );
}

function Overview({ state, work, chats }: Face & { chats: Engaged[] }) {
  return (
    <Shell state={state} work={work}>
      <div class="page-head">
        <Heading>{t("your_chats")}</Heading>
        <span class="small muted number">{state.desk && t("n_of_capacity", { n: state.desk.active, capacity: state.desk.capacity })}</span>
      </div>
      {chats.length === 0 && (
        <div class="card empty">
          <Icon d={CHAT} size="large" />
          <p>{t(state.desk?.willing ? "no_chats_online" : "no_chats_offline")}</p>
          {!state.desk?.willing && (
            <a class="button is-primary" href="/agent/">
              {t("to_the_switch")}
            </a>
          )}
        </div>
      )}
      <nav class="slots" aria-label={t("your_chats")}>
        {chats.map((engaged) => (
          <Slot key={engaged.engagement_id} engaged={engaged} state={state} />
        ))}
      </nav>
      {chats.length > 0 && <PaceBeside state={state} work={work} />}
    </Shell>
  );
}

function Strip({ state, work, chats }: Face & { chats: Engaged[] }) {
  return (
    <nav class={`strip${chats.length < 2 ? " is-single" : ""}`} aria-label={t("your_chats")}>
      <div class="strip-head">
        <h2 class="title">{t("your_chats")}</h2>
        <span class="small muted number">{state.desk && t("n_of_capacity", { n: state.desk.active, capacity: state.desk.capacity })}</span>
      </div>
      {chats.map((engaged) => (
        <Slot key={engaged.engagement_id} engaged={engaged} state={state} />
      ))}
      <div class="strip-foot">
        <p class="small muted">{t("order_line")}</p>
        <PaceBeside state={state} work={work} />
      </div>
    </nav>
  );
}

const LONG_S = 120;

function Slot({ engaged, state }: { engaged: Engaged; state: State }) {
  const turn = turnOf(state, engaged);
  const current = state.route.screen === "chat" && state.route.conversation === engaged.conversation;
  return (
    <a class="slot" href={chatPath(engaged.conversation)} aria-current={current ? "true" : undefined}>
      <span class="slot-name">
        <b>{engaged.customer_name}</b>
        {turn.unread > 0 && !current && (
          <span class="count">
            {turn.unread}
            <span class="hidden-words"> {t("unread")}</span>
          </span>
        )}
      </span>
      <span class="slot-topic small muted">
        {engaged.topic_name}, {engaged.brand}
      </span>
      <span class="slot-preview small muted" dir="auto">{preview(state, engaged)}</span>
      {engaged.customer_away_since && (
        <Mark icon={OFFLINE} tone="attention">
          {t("they_are_away")}
        </Mark>
      )}
      {engaged.dormant_since ? <Silent /> : <Whose turn={turn} state={state} />}
    </a>
  );
}

function Silent() {
  return (
    <Mark icon={MOON}>
      <span class="wide-word">{t("silent_long")}</span>
      <span class="slim-word">{t("silent")}</span>
    </Mark>
  );
}

/** Whose word is awaited, and for how long. */
function Whose({ turn, state }: { turn: Turn; state: State }) {
  const waited_s = secondsSince(turn.since, state.now_ms);
  const late = turn.mine && waited_s >= LONG_S;
  return (
    <Mark icon={late ? HOURGLASS : turn.mine ? DOT : RING} {...(turn.mine ? { tone: late ? "attention" : "brand" } : {})}>
      <span class="wide-word">{t(turn.mine ? "your_turn" : "their_turn")}</span>
      <span class="slim-word">{t(turn.mine ? "you" : "they")}</span> <span class="number">{stopwatch(waited_s)}</span>
    </Mark>
  );
}

function preview(state: State, engaged: Engaged): string {
  const said = (event: Numbered) => event.type === "message" || event.type === "answer";
  const last = state.streams[engaged.conversation]?.talk.events.findLast(said);
  if (!last || !("text" in last)) return "";
  return last.author.role === "agent" ? t("you_said", { text: last.text }) : last.text;
}

/** What waits for a chat that may come back: messages, and the line she was writing. */
function NotSentYet({ state, conversation }: { state: State; conversation: string }) {
  const unsent = state.unsent.filter((item) => item.conversation === conversation);
  const draft = state.drafts[`talk:${conversation}`];
  const lines = [...unsent.map(({ text }) => ({ text, fate: t("not_sent_yet") })), ...(draft ? [{ text: draft, fate: t("not_sent_line") }] : [])];
  return (
    <>
      {lines.map(({ text, fate }, place) => (
        <article key={place} class="msg is-mine is-unsent">
          <p class="said-box" dir="auto">{text}</p>
          <p class="meta">
            <Icon d={CLOCK} size="small" /> {fate}
          </p>
        </article>
      ))}
    </>
  );
}

/** The address of a chat that is not on the desk (any more). */
function Over({ state, route }: { state: State; route: Route }) {
  const kept = route.screen === "chat" ? state.kept[route.conversation] : undefined;
  const over = route.screen === "chat" ? state.over.findLast((engaged) => engaged.conversation === route.conversation) : undefined;
  return (
    <section class="thread">
      <div class="card empty">
        <Icon d={CHAT} size="large" />
        {!state.desk && <p>{t("loading")}</p>}
        {state.desk && <Heading small>{kept ? t("kept_title") : over ? t("over_with", { name: over.customer_name }) : t("over")}</Heading>}
        {state.desk && <p class="muted">{kept ? t("kept_line", { time: clockTime(new Date(kept).toISOString(), locale) }) : t("over_line")}</p>}
        {kept && route.screen === "chat" && <NotSentYet state={state} conversation={route.conversation} />}
        {over && (
          <a class="button is-primary" href={receiptPath(over.engagement_id)}>
            {t("your_receipt")}
          </a>
        )}
        <a class="button" href="/agent/chats">
          {t("your_chats")}
        </a>
      </div>
    </section>
  );
}

