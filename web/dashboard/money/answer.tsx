// The agent's answer to what a person holds or wants back.
import { useState } from "preact/hooks";
import { t } from "../speak";
import type { Work } from "../work";
import { answer } from "./wallet";
import { m } from "./words";

export function Answer({ id, work, onSent }: { id: string; work: Work; onSent: () => void }) {
  const [writing, setWriting] = useState(false);
  const [words, setWords] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    if (await work.attempt("answer", () => answer(id, words))) onSent();
  };
  if (!writing)
    return (
      <button type="button" class="link" onClick={() => setWriting(true)}>
        {m("answer")}
      </button>
    );
  return (
    <form class="field" onSubmit={(event) => void send(event)}>
      <label class="label" for={`answer-${id}`}>
        {m("your_answer")}
      </label>
      <textarea class="input" id={`answer-${id}`} rows={3} maxLength={1000} required dir="auto" value={words} onInput={({ currentTarget }) => setWords(currentTarget.value)} />
      <div class="line">
        <button class="button is-primary">{m("send_answer")}</button>
        <button type="button" class="button is-quiet" onClick={() => setWriting(false)}>
          {t("put_away")}
        </button>
      </div>
    </form>
  );
}
