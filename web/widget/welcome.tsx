// Before the first message: what this is, what is kept, and two ways to begin.
import { Icon, INFO } from "../shared/icons";
import type { Chat } from "./chat";
import { AssistantMark } from "./head";
import { t } from "./speak";
import type { State } from "./state";

const STARTERS = 4;

export function Welcome({ state, chat }: { state: State; chat: Chat }) {
  const { session } = state;
  if (!session) return null;
  const { brand, customer } = session;
  const topics = brand.topics.filter((topic) => topic.key !== "general").slice(0, STARTERS);
  const name = customer.name;
  return (
    <>
      <article class="turn is-assistant">
        <p class="who">
          <AssistantMark />
          <b>{brand.assistant_name}</b>
        </p>
        <p class="bubble">{t(name ? "hello_name" : "hello", { name, assistant: brand.assistant_name })}</p>
      </article>
      {topics.length > 0 && (
        <div class="starters">
          <p class="small muted">{t("often_asked")}</p>
          {topics.map((topic) => (
            <button type="button" class="button" key={topic.key} onClick={() => chat.write(topic.name)}>
              {topic.name}
            </button>
          ))}
        </div>
      )}
      <p class="notice is-last">
        <Icon d={INFO} size="small" />
        <span>{t("privacy")}</span>
      </p>
    </>
  );
}
