// Where the customer writes. "Talk to a person" stands above it, outside the log, so that it never scrolls away.
import { MAX_TEXT } from "../protocol";
import { Icon, PERSON, SEND } from "../shared/icons";
import type { Chat } from "./chat";
import { t } from "./speak";
import { personOf, phaseOf, talkOf, type State } from "./state";

export function Foot({ state, chat }: { state: State; chat: Chat }) {
  const phase = phaseOf(state);
  return (
    <footer class="foot">
      {state.trouble && (
        <p class="error" role="alert">
          {state.trouble}
        </p>
      )}
      {(phase === "assistant" || phase === "ended") && (
        <button type="button" class="button is-soft is-spread" onClick={() => chat.show("handoff")}>
          <Icon d={PERSON} />
          {t("talk_to_person")}
          <OnlineWords state={state} />
        </button>
      )}
      <Composer placeholder={placeholder(state)} state={state} chat={chat} />
    </footer>
  );
}

function placeholder(state: State): string {
  const name = personOf(talkOf(state));
  switch (phaseOf(state)) {
    case "person":
      return state.link.kind === "open" ? t("write_to", { name }) : t("keep_writing");
    case "away":
      return t("write_read");
    case "ended":
      return t("write_again");
    default:
      return t("ask_assistant");
  }
}

function Composer({ placeholder, state, chat }: { placeholder: string; state: State; chat: Chat }) {
  const ready = state.draft.trim() !== "";
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        chat.send();
      }}
    >
      <textarea
        class="composer-field"
        rows={1}
        maxLength={MAX_TEXT}
        dir={state.draft ? "auto" : undefined}
        value={state.draft}
        placeholder={placeholder}
        aria-label={t("your_message")}
        onInput={(event) => chat.draft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          chat.send();
        }}
      />
      <button class={`icon-button composer-send${ready ? " is-ready" : ""}`} aria-label={t("send")} aria-disabled={!ready}>
        <Icon d={SEND} />
      </button>
    </form>
  );
}

/** "3 people online", or that nobody is. */
export function OnlineWords({ state }: { state: State }) {
  const n = state.session?.brand.people_online ?? 0;
  return <span class="button-aside">{n > 0 ? t("people_online", { n }) : t("nobody_aside")}</span>;
}
