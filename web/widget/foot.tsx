// Where the customer writes. "Talk to a person" stands above it, outside the log, so that it never scrolls away.
import { useRef, useState } from "preact/hooks";
import { MAX_TEXT } from "../protocol";
import { Icon, PERSON, SEND } from "../shared/icons";
import { keep, recall } from "../shared/storage";
import type { Chat } from "./chat";
import { OnlineWords } from "./handoff";
import { t } from "./speak";
import { personOf, phaseOf, talkOf, type State } from "./state";

const DRAFT = "beckon:draft";

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
      <Composer placeholder={placeholder(state)} chat={chat} />
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

function Composer({ placeholder, chat }: { placeholder: string; chat: Chat }) {
  const [text, setText] = useState(() => recall<string>(DRAFT, ""));
  const field = useRef<HTMLTextAreaElement>(null);
  const ready = text.trim() !== "";
  const write = (next: string) => {
    setText(next);
    keep(DRAFT, next || null);
  };
  const send = () => {
    if (!ready) return;
    chat.write(text.trim());
    write("");
    field.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        class="composer-field"
        ref={field}
        rows={1}
        maxLength={MAX_TEXT}
        dir="auto"
        value={text}
        placeholder={placeholder}
        aria-label={t("your_message")}
        onInput={(event) => {
          write(event.currentTarget.value);
          chat.typing();
        }}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <button class={`icon-button composer-send${ready ? " is-ready" : ""}`} aria-label={t("send")} aria-disabled={!ready}>
        <Icon d={SEND} />
      </button>
    </form>
  );
}
