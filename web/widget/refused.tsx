// What the server would not take: the message, said why, kept, and offered to be sent again or thrown away; or the card
// number in it.
import { ALERT, Icon, RETRY, SHIELD } from "../shared/icons";
import type { Unsent } from "../shared/outbox";
import type { Chat } from "./chat";
import { t } from "./speak";

export function Refused({ items, chat }: { items: readonly Unsent[]; chat: Chat }) {
  return (
    <>
      {items
        .filter((item) => item.refused !== null)
        .map((item) => (
          <One key={item.client_id} item={item} chat={chat} />
        ))}
    </>
  );
}

function One({ item, chat }: { item: Unsent; chat: Chat }) {
  return (
    <>
      <p class="bubble is-refused" dir="auto">
        {item.text}
      </p>
      <p class="fate is-bad" role="alert">
        <Icon d={ALERT} size="small" />
        {t("not_sent")}
      </p>
      {item.refused && <p class="fate">{item.refused}</p>}
      <div class="remedies">
        <button type="button" class="button is-quiet is-compact" onClick={() => chat.remove(item.client_id)}>
          {t("remove")}
        </button>
        <button type="button" class="button is-compact" onClick={() => again(chat, item)}>
          <Icon d={RETRY} size="small" />
          {t("retry")}
        </button>
      </div>
    </>
  );
}

/** What could not even begin a conversation begins one. */
function again(chat: Chat, item: Unsent): void {
  chat.retry(item.client_id);
  if (!item.conversation) void chat.begin();
}

export function CardSafe() {
  return (
    <p class="notice is-card is-good">
      <Icon d={SHIELD} />
      <span>
        <span class="strong">{t("card_safe")}</span> {t("card_safe_line")}
      </span>
    </p>
  );
}
