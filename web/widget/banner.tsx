// A broken link: said once, calmly, with what is safe and what can be done. Nothing blocks writing.
import { useEffect, useState } from "preact/hooks";
import { useNow } from "../shared/hooks";
import { Icon, OFFLINE } from "../shared/icons";
import type { LinkState } from "../shared/socket";
import { duration } from "../shared/time";
import type { Chat } from "./chat";
import { locale, t } from "./speak";
import type { State } from "./state";

const CALM_MS = 1_500;

export function Banner({ state, chat }: { state: State; chat: Chat }) {
  const troubled = useTroubled(state.link);
  const now = useNow(troubled ? 1000 : 0);
  if (!troubled) return null;
  const waiting = state.unsent.filter((item) => item.refused === null).length;
  return (
    <div class="banner" role="status">
      <Icon d={OFFLINE} />
      <p>
        <span class="strong">{words(state.link, now)}</span>
        <br />
        {state.link.kind === "closed" ? state.link.words : waiting ? t("safe", { n: waiting }) : t("write_on")}
      </p>
      <button type="button" class="button is-quiet is-compact" onClick={() => chat.tryNow()}>
        {t("try_now")}
      </button>
    </div>
  );
}

/** A link that is back within a moment is not worth a word. */
function useTroubled(link: LinkState): boolean {
  const broken = link.kind !== "open";
  const [troubled, setTroubled] = useState(false);
  useEffect(() => {
    if (!broken) return setTroubled(false);
    const timer = setTimeout(() => setTroubled(true), CALM_MS);
    return () => clearTimeout(timer);
  }, [broken]);
  return broken && (troubled || link.kind === "closed" || link.kind === "offline");
}

function words(link: LinkState, now_ms: number): string {
  if (link.kind === "offline") return t("offline");
  if (link.kind === "closed") return t("closed_title");
  const seconds = link.retry_at === null ? 0 : Math.ceil((link.retry_at - Math.min(now_ms, Date.now())) / 1000);
  if (link.kind === "waiting" && seconds > 0) return t("reconnecting_in", { age: duration(seconds, locale) });
  return t(link.failed ? "reconnecting" : "connecting");
}
