// Ending a chat: how it ended, a note, what it pays. Then the receipt as the ledger has it.
import { useEffect, useState } from "preact/hooks";
import type { Engaged, Resolve } from "../protocol";
import { CHECK, Icon } from "../shared/icons";
import { keep, recall } from "../shared/storage";
import { clockTime } from "../shared/time";
import { activeSeconds, estimate, receipt, together, type PaidChat } from "./earnings";
import { Dispute } from "./dispute";
import { BACK, PLUS } from "./marks";
import { Heading, Hint, Mark, Shell, type Face } from "./parts";
import { chatPath } from "./route";
import { amount, day, locale, span, t } from "./speak";
import { inOrder, type State } from "./state";
import type { ChatFace } from "./thread";
import type { Key } from "./words/en";

const OUTCOMES: readonly [Resolve["outcome"], Key][] = [
  ["solved", "solved"],
  ["waiting", "waiting"],
  ["unsolved", "unsolved"],
  ["left", "left_outcome"],
];
const MOST_TAGS = 8;
const LONGEST_TAG = 40;
const LONGEST_NOTE = 1000;

export function WrapUp({ engaged, state, work }: ChatFace) {
  const [outcome, setOutcome] = useState<Resolve["outcome"] | null>(null);
  const [tags, setTags] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState("");
  const [missing, setMissing] = useState(false);
  const note = state.drafts[`end:${engaged.conversation}`] ?? "";
  const finish = (event: Event) => {
    event.preventDefault();
    setMissing(!outcome);
    if (!outcome) return;
    const all = withTag(tags, typed);
    rememberTags(engaged, all);
    void work.resolve(engaged, { outcome, note: note.trim(), tags: [...all] });
  };
  return (
    <Shell state={state} work={work}>
      <div>
        <a class="back" href={chatPath(engaged.conversation)}>
          <Icon d={BACK} size="small" directed /> {t("back_to_chat")}
        </a>
        <Heading>{t("wrap_up", { name: engaged.customer_name })}</Heading>
        <p class="muted">
          {engaged.topic_name}, {engaged.brand}, <span class="number">{t("since_time", { time: clockTime(engaged.accepted_at, locale) })}</span>
        </p>
      </div>
      <form class="two" onSubmit={finish}>
        <div class="card stack-4">
          <fieldset aria-describedby={missing ? "outcome-missing" : undefined}>
            <legend class="label">{t("how_ended")}</legend>
            <div class="quarters is-two">
              {OUTCOMES.map(([value, words]) => (
                <label class="choice option" key={value}>
                  <input type="radio" name="outcome" checked={outcome === value} onChange={() => (setOutcome(value), setMissing(false))} />
                  <span class="option-dot" />
                  {t(words)}
                </label>
              ))}
            </div>
            {missing && (
              <p class="error" id="outcome-missing" role="alert">
                {t("choose_outcome")}
              </p>
            )}
          </fieldset>
          <Tags engaged={engaged} tags={tags} setTags={setTags} typed={typed} setTyped={setTyped} />
          <label class="field">
            <span class="label">{t("note_next")}</span>
            <textarea class="input" rows={2} maxLength={LONGEST_NOTE} value={note} dir="auto" onInput={({ currentTarget }) => work.draft(`end:${engaged.conversation}`, currentTarget.value)} />
          </label>
          <Finish engaged={engaged} state={state} />
        </div>
        <SoFar engaged={engaged} state={state} />
      </form>
    </Shell>
  );
}

function Finish({ engaged, state }: { engaged: Engaged; state: State }) {
  const others = inOrder(state).filter((one) => one !== engaged).map((one) => one.customer_name);
  return (
    <div class="finish">
      <button class="button is-primary is-big" aria-disabled={state.busy === "end"}>
        {t(state.busy === "end" ? "finishing" : "finish")}
      </button>
      {others.length > 0 && <p class="small muted">{t("still_open", { n: others.length, names: others.join(", ") })}</p>}
    </div>
  );
}

const tagsKey = (engaged: Engaged) => `beckon:agent:tags:${engaged.brand}:${engaged.topic}`;

function rememberTags(engaged: Engaged, tags: readonly string[]): void {
  keep(tagsKey(engaged), [...new Set([...tags, ...recall<string[]>(tagsKey(engaged), [])])].slice(0, MOST_TAGS));
}

function withTag(tags: readonly string[], typed: string): readonly string[] {
  const tag = typed.trim().slice(0, LONGEST_TAG);
  return tag && !tags.includes(tag) ? [...tags, tag].slice(0, MOST_TAGS) : tags;
}

interface Tagging {
  engaged: Engaged;
  tags: readonly string[];
  setTags: (tags: readonly string[]) => void;
  /** A word that is not among the tags yet. It counts when the chat is ended all the same. */
  typed: string;
  setTyped: (typed: string) => void;
}

/** The topic and what this agent used before are one tap away; any other word can be typed. */
function Tags({ engaged, tags, setTags, typed, setTyped }: Tagging) {
  const offered = [...new Set([engaged.topic_name, ...recall<string[]>(tagsKey(engaged), []), ...tags])];
  const toggle = (tag: string) => setTags(tags.includes(tag) ? tags.filter((one) => one !== tag) : withTag(tags, tag));
  const add = () => {
    setTags(withTag(tags, typed));
    setTyped("");
  };
  return (
    <div class="field">
      <span class="label">
        {t("tags")} <span>{t("if_you_like")}</span>
      </span>
      <div class="chips">
        {offered.map((tag) => (
          <button key={tag} type="button" class="chip" aria-pressed={tags.includes(tag)} onClick={() => toggle(tag)}>
            {tags.includes(tag) && <Icon d={CHECK} size="small" />}
            {tag}
          </button>
        ))}
        <span class="add-tag">
          <input
            class="input"
            value={typed}
            maxLength={LONGEST_TAG}
            placeholder={t("other_tag")}
            aria-label={t("other_tag")}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              add();
            }}
          />
          <button type="button" class="icon-button" aria-label={t("add_tag")} onClick={add}>
            <Icon d={PLUS} />
          </button>
        </span>
      </div>
    </div>
  );
}

/** What closing now would bring. The server counts exactly; this says "about". */
function SoFar({ engaged, state }: { engaged: Engaged; state: State }) {
  const active_s = activeSeconds(state.streams[engaged.conversation]?.talk, engaged.accepted_at, state.now_ms);
  const lines = estimate(engaged, active_s);
  return (
    <section class="card" aria-label={t("so_far")}>
      <div class="card-head">
        <h2>{t("so_far")}</h2>
      </div>
      <dl class="receipt">
        {lines.map((line) => (
          <ReceiptLine key={line.kind} words={t(line.kind === "per_minute" ? "active_time" : "for_the_chat")} small={line.kind === "per_minute" ? t("active_at", { time: span(active_s), rate: line.words }) : ""}>
            {amount(line.minor, engaged.currency)}
          </ReceiptLine>
        ))}
        <dt class="sum">{t("about_together")}</dt>
        <dd class="sum is-warm">{amount(together(lines), engaged.currency)}</dd>
      </dl>
      <p class="small muted above">{t("silence_line")}</p>
    </section>
  );
}

function ReceiptLine({ words, small, children }: { words: string; small: string; children: string }) {
  return (
    <>
      <dt>
        {words} {small && <small>{small}</small>}
      </dt>
      <dd>{children}</dd>
    </>
  );
}

// --- afterwards ---

export function Receipt({ state, work }: Face) {
  const engagement = state.route.screen === "receipt" ? state.route.engagement : "";
  const [chat, setChat] = useState<PaidChat | null>(null);
  const fetch = () => void work.attempt("receipt", async () => setChat(await receipt(engagement)));
  useEffect(() => {
    setChat(null);
    fetch();
  }, [engagement]);
  const known = state.over.find((engaged) => engaged.engagement_id === engagement);
  const next = inOrder(state)[0];
  return (
    <Shell state={state} work={work}>
      <div class="narrow-page">
        {known && <Mark icon={CHECK} tone="good">{t("finished")}</Mark>}
        <Heading>{known ? t("thank_you", { name: state.desk?.name ?? "" }) : t("your_receipt")}</Heading>
        {!chat && <p class="muted">{t(state.busy === "receipt" ? "loading" : "no_receipt")}</p>}
        {chat && <ReceiptCard chat={chat} />}
        {chat && (
          <section class="stack-4" aria-label={t("dispute")}>
            {chat.lines.map((line) => (
              <Dispute key={line.id} line={line} name={lineName(line.kind)} work={work} onSent={fetch} />
            ))}
          </section>
        )}
        {chat && <Hint>{t("receipt_hint", { version: chat.plan_version })}</Hint>}
        <div class="line">
          {next ? (
            <a class="button is-primary" href={chatPath(next.conversation)}>
              {t("next_chat", { name: next.customer_name })}
            </a>
          ) : (
            <a class="button is-primary" href="/agent/">
              {t("to_home")}
            </a>
          )}
          <a class="button is-quiet" href="/agent/earnings">
            {t("earnings")}
          </a>
        </div>
      </div>
    </Shell>
  );
}

function ReceiptCard({ chat }: { chat: PaidChat }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{chat.topic}</h2>
        <span class="small muted number">{day(chat.ended_at)}</span>
      </div>
      <p class="small muted number">
        {chat.brand}, {clockTime(chat.accepted_at, locale)} {t("to")} {clockTime(chat.ended_at, locale)}, {t("active", { time: span(chat.active_seconds) })}
      </p>
      <dl class="receipt above">
        {chat.lines.map((line) => (
          <ReceiptLine key={line.source} words={lineName(line.kind)} small={line.kind === "per_chat" ? "" : line.words}>
            {line.currency === chat.currency ? amount(line.amount_cents, line.currency) : ""}
          </ReceiptLine>
        ))}
        <dt class="sum">{t("together")}</dt>
        <dd class="sum is-warm">{amount(chat.amount_cents, chat.currency)}</dd>
      </dl>
    </section>
  );
}

const LINES: Readonly<Record<string, Key>> = {
  per_chat: "for_the_chat",
  per_minute: "active_time",
  surge: "line_surge",
  quality_bonus: "line_quality_bonus",
  tip: "line_tip",
  points: "line_points",
  equity: "line_equity",
};

export function lineName(kind: string): string {
  const known = LINES[kind];
  return known ? t(known) : kind;
}
