// What was promised, pinned above the chat: by when, and how to call it off or to have a person now.
import { useState } from "preact/hooks";
import { CLOCK, Icon } from "../shared/icons";
import { timeOrDay } from "../shared/time";
import type { Chat } from "./chat";
import { locale, t } from "./speak";
import { phaseOf, statusOf, type State } from "./state";

export function Promised({ state, chat }: { state: State; chat: Chat }) {
  const status = statusOf(state);
  const [sure, setSure] = useState(false);
  if (phaseOf(state) !== "assistant" || !status?.due) return null;
  const time = timeOrDay(status.due, locale);
  const message = status.why === "message";
  return (
    <section class="pinned" aria-label={t("promised")}>
      <div class="place" role="status">
        <span class="place-number">
          <Icon d={CLOCK} />
        </span>
        <div class="place-words">
          <p class="title">{t(message ? "answer_promised" : "call_back_promised", { time })}</p>
          <p class="small muted">{t(message ? "answer_promised_line" : "call_back_promised_line")}</p>
        </div>
      </div>
      <div class="row">
        {!message && (
          <button type="button" class="button is-compact" onClick={() => chat.show("later")}>
            {t("other_time")}
          </button>
        )}
        {sure ? (
          <button type="button" class="button is-compact" disabled={state.busy === "leave_queue"} onClick={() => void chat.leaveQueue().then(() => setSure(false))}>
            {t("call_off_yes")}
          </button>
        ) : (
          <button type="button" class="button is-compact" onClick={() => setSure(true)}>
            {t("call_off")}
          </button>
        )}
      </div>
    </section>
  );
}
