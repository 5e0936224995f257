// A broken link: said once, calmly, with what is safe and what can be done. Nothing blocks writing.
import { Icon, OFFLINE } from "../shared/icons";
import type { LinkState } from "../shared/socket";
import { duration } from "../shared/time";
import type { Chat } from "./chat";
import { locale, t } from "./speak";
import { isTroubled, type State } from "./state";

export function Banner({ state, chat }: { state: State; chat: Chat }) {
  if (!isTroubled(state)) return null;
  const waiting = state.unsent.filter((item) => item.refused === null).length;
  return (
    <div class="banner" role="status">
      <Icon d={OFFLINE} />
      <p>
        <span class="strong">{words(state.link)}</span>
        <br />
        {state.link.kind === "closed" ? state.link.words : waiting ? t("safe", { n: waiting }) : t("write_on")}
      </p>
      <button type="button" class="button is-quiet is-compact" onClick={() => chat.tryNow()}>
        {t("try_now")}
      </button>
    </div>
  );
}

function words(link: LinkState): string {
  if (link.kind === "offline") return t("offline");
  if (link.kind === "closed") return t("closed_title");
  const seconds = link.retry_at === null ? 0 : Math.ceil((link.retry_at - Date.now()) / 1000);
  if (link.kind === "waiting" && seconds > 0) return t("reconnecting_in", { age: duration(seconds, locale) });
  return t(link.failed ? "reconnecting" : "connecting");
}
