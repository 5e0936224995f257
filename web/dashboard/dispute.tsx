// A line of a receipt that may be wrong: said in words, answered by a person within fourteen days.
import { useState } from "preact/hooks";
import { disputeLine, type PaidLine } from "./earnings";
import type { Face } from "./parts";
import { day, t } from "./speak";

/** The button, the form behind it, or what became of the dispute. `onSent` fetches the receipt anew. */
export function Dispute({ line, name, work, onSent }: { line: PaidLine; name: string; work: Face["work"]; onSent: () => void }) {
  const [writing, setWriting] = useState(false);
  const [words, setWords] = useState("");
  const send = async (event: Event) => {
    event.preventDefault();
    if (await work.attempt("dispute", () => disputeLine(line.id, words))) onSent();
  };
  if (line.dispute) return <p class="small muted">{`${name}: ${outcome(line)}`}</p>;
  if (!writing)
    return (
      <button type="button" class="button is-quiet to-start" onClick={() => setWriting(true)}>
        {t("dispute_line", { name })}
      </button>
    );
  return (
    <form onSubmit={(event) => void send(event)}>
      <label class="small" for={`why-${line.id}`}>
        {t("dispute_why", { name })}
      </label>
      <textarea class="input" id={`why-${line.id}`} rows={3} minLength={3} maxLength={1000} required dir="auto" value={words} onInput={({ currentTarget }) => setWords(currentTarget.value)} />
      <div class="line">
        <button class="button is-primary">{t("dispute_send")}</button>
        <button type="button" class="button is-quiet" onClick={() => setWriting(false)}>
          {t("put_away")}
        </button>
      </div>
    </form>
  );
}

/** What became of a line's dispute, in a sentence. */
export function outcome(line: PaidLine): string {
  if (line.dispute === "open") return t("dispute_open", { date: line.answer_by ? day(line.answer_by) : "" });
  return t(line.dispute === "granted" ? "dispute_granted" : "dispute_refused", { why: line.decision });
}
