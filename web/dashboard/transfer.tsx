// Passing a chat on: why, in words that the next colleague reads.
import type { ChatFace } from "./thread";
import { chatPath } from "./route";
import { t } from "./speak";
import type { Key } from "./words/en";

const REASONS: readonly Key[] = ["transfer_topic", "transfer_language", "transfer_time"];
const LONGEST = 300;

export function TransferForm({ engaged, state, work }: ChatFace) {
  const key = `transfer:${engaged.conversation}`;
  const reason = state.drafts[key] ?? "";
  return (
    <form
      class="stack-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim()) void work.transfer(engaged, reason.trim());
      }}
    >
      <p class="muted">{t("transfer_line", { name: engaged.customer_name })}</p>
      <div class="chips">
        {REASONS.map((words) => (
          <button key={words} type="button" class="chip" aria-pressed={reason === t(words)} onClick={() => work.draft(key, t(words))}>
            {t(words)}
          </button>
        ))}
      </div>
      <label class="field">
        <span class="label">{t("reason")}</span>
        <textarea class="input" rows={3} required maxLength={LONGEST} value={reason} dir="auto" data-start onInput={({ currentTarget }) => work.draft(key, currentTarget.value)} />
      </label>
      <div class="line">
        <button class="button is-primary" disabled={!reason.trim() || state.busy === "end"}>
          {t("transfer_now")}
        </button>
        <a class="button is-quiet" href={chatPath(engaged.conversation)}>
          {t("back_to_chat")}
        </a>
      </div>
    </form>
  );
}
