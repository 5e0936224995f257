// Who you are talking to: a machine or a person, said by shape, tag and words at all times.
import { CLOSE, DOWN, Icon, MORE, SPARK } from "../shared/icons";
import { languageNames } from "../shared/i18n";
import { clockTime } from "../shared/time";
import type { Chat } from "./chat";
import { locale, t } from "./speak";
import { personOf, phaseOf, statusOf, talkOf, type State } from "./state";

export function Initial({ name, large, lost }: { name: string; large?: boolean; lost?: boolean }) {
  const letter = [...name][0]?.toLocaleUpperCase(locale) ?? "?";
  return (
    <span class={`face is-person${large ? " is-large" : ""}${lost ? " is-lost" : ""}`} aria-hidden="true">
      {letter}
    </span>
  );
}

export function AssistantMark({ large }: { large?: boolean }) {
  return (
    <span class={`face is-assistant${large ? " is-large" : ""}`} aria-hidden="true">
      {large ? <Icon d={SPARK} /> : <Icon d={SPARK} size="small" />}
    </span>
  );
}

export function Head({ state, chat }: { state: State; chat: Chat }) {
  const menu = state.view === "menu";
  return (
    <header class="head">
      <Who state={state} />
      <div class="head-tools">
        <button
          type="button"
          class="icon-button"
          aria-label={t("more")}
          aria-expanded={menu}
          onClick={() => chat.show(menu ? "talk" : "menu")}
        >
          <Icon d={menu ? CLOSE : MORE} />
        </button>
        {chat.host.embedded && (
          <button type="button" class="icon-button" aria-label={t("close")} onClick={() => chat.close()}>
            <Icon d={DOWN} />
          </button>
        )}
      </div>
    </header>
  );
}

function Who({ state }: { state: State }) {
  const status = statusOf(state);
  const talk = talkOf(state);
  const name = personOf(talk);
  const phase = phaseOf(state);
  if (phase === "person") {
    const languages = languageNames(status?.person?.languages ?? [], locale);
    return <Words mark={<Initial name={name} large />} name={name} tag="person" line={languages} />;
  }
  if (phase === "away") {
    return <Words mark={<Initial name={name} large lost />} name={t("finding")} line={t("finding_line", { name })} />;
  }
  if (phase === "ended" && name) {
    const joined = talk?.events.findLast((event) => event.type === "changed" && event.change === "joined");
    const times = [joined?.at, status?.since].flatMap((at) => (at ? [clockTime(at, locale)] : [])).join("–");
    return <Words mark={<Initial name={name} large />} name={t("ended_with", { name })} line={times} />;
  }
  return <Words mark={<AssistantMark large />} name={state.session?.brand.name ?? t("chat")} tag="ai" line={t("not_a_person")} />;
}

interface WordsProps {
  mark: preact.JSX.Element;
  name: string;
  line: string;
  tag?: "ai" | "person";
}

function Words({ mark, name, line, tag }: WordsProps) {
  return (
    <>
      {mark}
      <div class="head-words">
        <h1 class="head-name">
          <bdi>{name}</bdi>
        </h1>
        <p class="head-line">
          {tag && <span class={`tag is-${tag === "ai" ? "assistant" : "person"}`}>{t(tag)}</span>}
          <span class="head-rest">{line}</span>
        </p>
      </div>
    </>
  );
}
