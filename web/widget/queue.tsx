// The place in line: pinned, so that the chat moves under it. Every estimate shows its age.
import type { Place } from "../protocol";
import { CLOCK, Icon, LEAVE } from "../shared/icons";
import { duration, secondsSince, timeOrDay, waitRange } from "../shared/time";
import type { Chat } from "./chat";
import { locale, t } from "./speak";
import { phaseOf, statusOf, type State } from "./state";

const FRESH_S = 10;
const STALE_S = 15;

/** "about 1–3 min · updated 20 s ago" */
export function Wait({ place, now_ms }: { place: Place; now_ms: number }) {
  const age = Math.floor(secondsSince(place.at, now_ms) / 5) * 5;
  return (
    <span class={`number${age > STALE_S ? " is-stale" : ""}`}>
      {words(place)} · {age < FRESH_S ? t("updated_now") : t(age > STALE_S ? "stale" : "updated_ago", { age: duration(age, locale) })}
    </span>
  );
}

function words({ low_s, high_s, people_online }: Place): string {
  if (people_online === 0) return t("nobody_yet");
  if (low_s === null || high_s === null) return t("nobody_can_say");
  const soon = low_s < 60;
  return t(soon ? "up_to" : "about", { wait: waitRange(soon ? high_s : low_s, high_s, locale) });
}

export function InLine({ state, chat }: { state: State; chat: Chat }) {
  if (phaseOf(state) !== "queue") return null;
  const place = state.queue;
  return (
    <section class="pinned">
      <div class="place" role="status">
        {place && <span class="place-number number">{place.place}</span>}
        <div class="place-words">
          <p class="title">{title(place, statusOf(state)?.due ?? null)}</p>
          <p class="small muted">{place ? <Wait place={place} now_ms={state.now_ms} /> : t("nobody_can_say")}</p>
        </div>
      </div>
      <div class="row is-tight">
        <button type="button" class="button is-compact" onClick={() => chat.show("later")}>
          <Icon d={CLOCK} size="small" />
          {t("not_wait")}
        </button>
        <button type="button" class="button is-compact" disabled={state.busy === "leave_queue"} onClick={() => void chat.leaveQueue()}>
          <Icon d={LEAVE} size="small" directed />
          {t("leave_line")}
        </button>
      </div>
    </section>
  );
}

function title(place: Place | null, due: string | null): string {
  if (due) return t("rung_for_you", { time: timeOrDay(due, locale) });
  if (!place) return t("in_line");
  return place.place === 1 ? t("next_in_line") : t("place_in_line", { n: place.place });
}
