// Home's card of the shift that she is in, or that comes next.
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../shared/icons";
import { CALENDAR } from "../marks";
import type { Face } from "../parts";
import { nextShift, type NextShift } from "./plan";
import { clock, rate, until, when } from "./say";
import { s } from "./words";

/** Asked for when Home is opened, the link is back, or something was told; what could not be read is not shown. */
export function Page({ state }: Face) {
  const [next, setNext] = useState<NextShift | null>(null);
  const version = [state.link.kind === "open", ...(state.desk?.shift_news ?? []).map((one) => one.news_id + one.at)].join();
  useEffect(() => {
    let shown = true;
    nextShift().then((found) => shown && setNext(found), () => undefined);
    return () => {
      shown = false;
    };
  }, [version]);
  return <NextCard next={next} now_ms={state.now_ms} />;
}

export function NextCard({ next, now_ms }: { next: NextShift | null; now_ms: number }) {
  const seat = next?.seat;
  if (!next || !seat || Date.parse(seat.ends_at) <= now_ms) return null;
  const zone = next.timezone;
  const begun = Date.parse(seat.begins_at) <= now_ms;
  const away = begun ? s("next_running", { to: clock(seat.ends_at, zone) }) : s("next_in", { in: until(seat.begins_at, now_ms) });
  return (
    <a class="card a-next" href={`/agent/shifts/${seat.shift}`}>
      <span class="small strong muted next-head">
        <Icon d={CALENDAR} size="small" /> {s(begun ? "next_now" : "next")}
      </span>
      <b class="number">{when(seat, zone)}</b>
      <span class="small muted">
        {away} {seat.brand}, {seat.topic_name}, {rate(seat)}
      </span>
    </a>
  );
}
