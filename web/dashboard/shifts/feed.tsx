// Her shifts in her own calendar program: a secret address, made, copied, replaced.
import { useState } from "preact/hooks";
import { Sure } from "./detail";
import type { HoursProps } from "./hours";
import { newFeed } from "./plan";
import { SaidLine } from "./said";
import { s } from "./words";

export function FeedCard({ chosen, acts }: HoursProps) {
  const [sure, setSure] = useState(false);
  const renew = (done: string) => {
    setSure(false);
    void acts.act("feed", newFeed, done);
  };
  const address = chosen.feed && location.origin + chosen.feed;
  return (
    <section class="card stack">
      <h2 class="title">{s("feed")}</h2>
      <p class="muted">{s("feed_line")}</p>
      {!address && (
        <div>
          <button type="button" class="button" onClick={() => renew(s("saved"))}>
            {s("feed_make")}
          </button>
        </div>
      )}
      {address && <input class="input" readOnly dir="ltr" aria-label={s("feed_address")} value={address} onFocus={({ currentTarget }) => currentTarget.select()} />}
      {address && !sure && (
        <div class="line">
          <button type="button" class="button" onClick={() => void acts.act("feed", () => navigator.clipboard.writeText(address), s("feed_copied"))}>
            {s("feed_copy")}
          </button>
          <button type="button" class="button is-quiet" onClick={() => setSure(true)}>
            {s("feed_replace")}
          </button>
        </div>
      )}
      {address && sure && (
        <Sure words={s("feed_replace_sure")}>
          <button type="button" class="button is-primary" onClick={() => renew(s("feed_replaced"))}>
            {s("feed_replace_yes")}
          </button>
          <button type="button" class="button" onClick={() => setSure(false)}>
            {s("keep")}
          </button>
        </Sure>
      )}
      <SaidLine acts={acts} about="feed" />
    </section>
  );
}
