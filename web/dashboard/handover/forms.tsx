// Passing a chat on, asking colleagues about it, leaving it: each a form in the drawer beside the talk.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { StopAbuse, Transfer } from "../../protocol";
import { call } from "../../shared/http";
import { languageNames } from "../../shared/i18n";
import { chatPath } from "../route";
import { locale } from "../speak";
import type { ChatFace } from "../thread";
import { h, type HandoverKey } from "./words";

const REASON_LONGEST = 300;
const WORDS_LONGEST = 1000;

interface Choices {
  topics: { key: string; name: string }[];
  languages: string[];
  colleagues: { id: string; name: string; free: boolean }[];
}

type To = "anybody" | "other" | "colleague" | "supervisor";
const WAYS: readonly To[] = ["anybody", "other", "colleague", "supervisor"];
const REASONS: readonly HandoverKey[] = ["why_topic", "why_language", "why_time"];
export type Target = Pick<Transfer, "topic" | "language" | "colleague" | "supervisor">;

export function TransferForm({ engaged, state, work }: ChatFace) {
  const key = `transfer:${engaged.conversation}`;
  const reason = state.drafts[key] ?? "";
  const [choices, setChoices] = useState<Choices | null>(null);
  const [to, setTo] = useState<To>("anybody");
  useEffect(() => {
    void work.attempt("handover", async () => setChoices(await call<Choices>(`/api/v1/agent/handover?engagement_id=${engaged.engagement_id}`)));
  }, [engaged.engagement_id]);
  const pass = (event: Event) => {
    event.preventDefault();
    if (reason.trim()) void work.transfer(engaged, reason.trim(), target(to, new FormData(event.currentTarget as HTMLFormElement)));
  };
  return (
    <form class="stack-4" onSubmit={pass}>
      <p class="muted">{h("transfer_line", { name: engaged.customer_name })}</p>
      <fieldset>
        <legend class="label">{h("to_whom")}</legend>
        <div class="stack">
          {WAYS.map((way) => (
            <label class="choice option" key={way}>
              <input type="radio" name="to" value={way} checked={to === way} disabled={!choices && (way === "other" || way === "colleague")} onChange={() => setTo(way)} />
              <span class="option-dot" />
              {h(`to_${way}`)}
            </label>
          ))}
        </div>
      </fieldset>
      {to === "other" && choices && <Other engaged={engaged} choices={choices} />}
      {to === "colleague" && choices && <Colleagues choices={choices} />}
      {to === "supervisor" && <p class="small muted">{h("to_supervisor_line")}</p>}
      <div class="chips">
        {REASONS.map((words) => (
          <button key={words} type="button" class="chip" aria-pressed={reason === h(words)} onClick={() => work.draft(key, h(words))}>
            {h(words)}
          </button>
        ))}
      </div>
      <label class="field">
        <span class="label">{h("note")}</span>
        <textarea class="input" rows={3} required maxLength={REASON_LONGEST} value={reason} dir="auto" data-start onInput={({ currentTarget }) => work.draft(key, currentTarget.value)} />
      </label>
      <Foot engaged={engaged}>
        <button class="button is-primary" disabled={!reason.trim() || state.busy === "end" || (to === "colleague" && !choices?.colleagues.some(({ free }) => free))}>
          {h("transfer")}
        </button>
      </Foot>
    </form>
  );
}

function target(to: To, said: FormData): Target {
  const get = (name: string) => String(said.get(name) ?? "") || null;
  const nobody: Target = { topic: null, language: null, colleague: null, supervisor: false };
  if (to === "other") return { ...nobody, topic: get("topic"), language: get("language") };
  if (to === "colleague") return { ...nobody, colleague: get("colleague") };
  return { ...nobody, supervisor: to === "supervisor" };
}

function Other({ engaged, choices }: Pick<ChatFace, "engaged"> & { choices: Choices }) {
  return (
    <div class="stack">
      <label class="field">
        <span class="label">{h("topic")}</span>
        <select class="input" name="topic">
          {choices.topics.map(({ key, name }) => (
            <option key={key} value={key} selected={key === engaged.topic}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="label">{h("language")}</span>
        <select class="input" name="language">
          {choices.languages.map((code) => (
            <option key={code} value={code} selected={code === engaged.language}>
              {languageNames([code], locale)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Colleagues({ choices }: { choices: Choices }) {
  if (!choices.colleagues.some(({ free }) => free)) return <p class="small muted">{h("no_colleague")}</p>;
  return (
    <label class="field">
      <span class="label">{h("colleague")}</span>
      <select class="input" name="colleague">
        {choices.colleagues.map(({ id, name, free }) => (
          <option key={id} value={id} disabled={!free}>
            {free ? name : `${name}, ${h("busy_now")}`}
          </option>
        ))}
      </select>
    </label>
  );
}

export function AskForm({ engaged, state, work }: ChatFace) {
  const key = `ask:${engaged.conversation}`;
  const text = state.drafts[key] ?? "";
  const ask = (event: Event) => {
    event.preventDefault();
    if (text.trim()) void work.askColleagues(engaged, text.trim(), h("asked"));
  };
  return (
    <form class="stack-4" onSubmit={ask}>
      <p class="muted">{h("ask_line", { name: engaged.customer_name })}</p>
      <label class="field">
        <span class="label">{h("question")}</span>
        <textarea class="input" rows={4} required maxLength={WORDS_LONGEST} value={text} dir="auto" data-start onInput={({ currentTarget }) => work.draft(key, currentTarget.value)} />
      </label>
      <Trouble words={state.trouble} />
      <Foot engaged={engaged}>
        <button class="button is-primary" disabled={!text.trim() || state.busy === "ask"}>
          {h("ask")}
        </button>
      </Foot>
    </form>
  );
}

const ABUSES: readonly StopAbuse["reason"][] = ["insult", "threat", "sexual", "hate", "spam", "other"];

export function AbuseForm({ engaged, state, work }: ChatFace) {
  const key = `abuse:${engaged.conversation}`;
  const words = state.drafts[key] ?? "";
  const [reason, setReason] = useState<StopAbuse["reason"]>("insult");
  const leave = (event: Event) => {
    event.preventDefault();
    void work.stopAbuse(engaged, reason, words.trim(), h("left"));
  };
  return (
    <form class="stack-4" onSubmit={leave}>
      <p>{h("abuse_line")}</p>
      <p class="muted">{h("abuse_told", { name: engaged.customer_name })}</p>
      <fieldset>
        <legend class="label">{h("what_happened")}</legend>
        <div class="stack">
          {ABUSES.map((value) => (
            <label class="choice option" key={value}>
              <input type="radio" name="abuse" checked={reason === value} onChange={() => setReason(value)} />
              <span class="option-dot" />
              {h(value)}
            </label>
          ))}
        </div>
      </fieldset>
      <label class="field">
        <span class="label">{h("in_words")}</span>
        <textarea class="input" rows={3} maxLength={WORDS_LONGEST} value={words} dir="auto" onInput={({ currentTarget }) => work.draft(key, currentTarget.value)} />
      </label>
      <Trouble words={state.trouble} />
      <Foot engaged={engaged}>
        <button class="button is-primary" disabled={state.busy === "end"}>
          {h("leave")}
        </button>
      </Foot>
    </form>
  );
}

function Trouble({ words }: { words: string }) {
  return words ? (
    <p class="error" role="alert">
      {words}
    </p>
  ) : null;
}

function Foot({ engaged, children }: Pick<ChatFace, "engaged"> & { children: ComponentChildren }) {
  return (
    <div class="line">
      {children}
      <a class="button is-quiet" href={chatPath(engaged.conversation)}>
        {h("back_to_chat")}
      </a>
    </div>
  );
}
