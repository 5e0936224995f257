// What a colleague asks me: a card that waits beside the work, never over it.
import { useState } from "preact/hooks";
import { languageNames } from "../../shared/i18n";
import type { Face } from "../parts";
import { locale } from "../speak";
import { h } from "./words";

const LONGEST = 1000;

export function Page({ state, work }: Face) {
  const [put, setPut] = useState<readonly string[]>([]);
  const open = (state.desk?.questions ?? []).filter((one) => Date.parse(one.open_until) > state.now_ms && !put.includes(one.question_id));
  const asked = open[0];
  if (!asked) return null;
  const key = `answer:${asked.question_id}`;
  const text = state.drafts[key] ?? "";
  const away = () => setPut([...put, asked.question_id]);
  const answer = (event: Event) => {
    event.preventDefault();
    if (text.trim()) void work.answerColleague(asked.question_id, text.trim(), h("answered", { name: asked.asked_by })).then((done) => done && away());
  };
  return (
    <form class="asked card" aria-label={h("asks", { name: asked.asked_by, topic: asked.topic_name })} onSubmit={answer}>
      <p class="small muted" role="status">
        {h("asks", { name: asked.asked_by, topic: asked.topic_name })}, {asked.brand}, {languageNames([asked.language], locale)}
      </p>
      <p dir="auto">{asked.text}</p>
      <label class="field">
        <span class="label">{h("your_answer")}</span>
        <textarea class="input" rows={2} maxLength={LONGEST} value={text} dir="auto" onInput={({ currentTarget }) => work.draft(key, currentTarget.value)} />
      </label>
      {state.trouble && (
        <p class="error" role="alert">
          {state.trouble}
        </p>
      )}
      <div class="line">
        <button class="button is-primary" disabled={!text.trim() || state.busy === "answer"}>
          {h("answer")}
        </button>
        <button type="button" class="button is-quiet" onClick={away}>
          {h("not_now")}
        </button>
      </div>
    </form>
  );
}
