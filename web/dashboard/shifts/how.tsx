// How seats are given, in three sentences and her own number; and until when wishes are gathered.
import { useState } from "preact/hooks";
import { DOWN, Icon } from "../../shared/icons";
import { fairness, nextWindow, type Card } from "./plan";
import { length, moment, until } from "./say";
import { s } from "./words";

type Fair = Awaited<ReturnType<typeof fairness>>;

export function HowCard({ found, zone, now_ms }: { found: readonly Card[]; zone: string; now_ms: number }) {
  const [fair, setFair] = useState<Fair | null>(null);
  const ends = nextWindow(found, now_ms);
  const ask = (event: { currentTarget: HTMLDetailsElement }) => {
    if (event.currentTarget.open && !fair) fairness().then(setFair, () => undefined);
  };
  return (
    <section class="card shifts-how">
      {ends && <p class="how-window">{s("wish_open", { when: moment(ends, zone), in: until(ends, now_ms) })}</p>}
      <details onToggle={ask}>
        <summary class="strong">
          {s("how")} <Icon d={DOWN} />
        </summary>
        <ol class="how-list">
          <li>{s("how_1")}</li>
          <li>
            {s("how_2")} {fair && fairWords(fair)}
          </li>
          <li>{s("how_3")}</li>
          <li>{s("how_4")}</li>
        </ol>
      </details>
    </section>
  );
}

function fairWords({ own_minutes, middle_minutes }: Fair): string {
  const own = length(own_minutes);
  return middle_minutes === null ? s("how_2_own", { own }) : s("how_2_middle", { own, middle: length(middle_minutes) });
}
