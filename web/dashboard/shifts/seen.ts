// A week of shifts as it is, or as it was last seen where the server cannot be reached.
import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "../../shared/http";
import { keep, recall } from "../../shared/storage";
import { serverNow } from "../../shared/time";
import { shifts, terms, type Terms, type Week } from "./plan";
import { addDays, instant, mondayOf, wall } from "./zone";

export interface Seen {
  monday: string;
  week: Week;
  terms: Terms;
  /** When it was fetched. */
  at_ms: number;
}

export interface Look {
  seen: Seen | null;
  /** It is not fresh: the server could not be reached. */
  stale: boolean;
  failed: boolean;
  refresh: () => Promise<void>;
}

const WEEKS_KEPT = 4;
const ANEW_MS = 60_000;
const place = (agent: string) => `beckon:agent:${agent}:shifts`;

export const deviceZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** The week that begins on `monday`, by her clock; "" is the one under way. Anew each minute, and with each `version`: the link is
 *  back, or something was told. */
export function useWeek(agent: string, monday: string, version: string): Look {
  const [seen, setSeen] = useState<Seen | null>(() => kept(agent, monday));
  const [stale, setStale] = useState(false);
  const [failed, setFailed] = useState(false);
  const refresh = useCallback(async () => {
    try {
      const fresh = await fetched(monday);
      remember(agent, fresh);
      setSeen(fresh);
      setStale(false);
      setFailed(false);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      setStale(true);
      setFailed(true);
    }
  }, [agent, monday]);
  useEffect(() => {
    setSeen((held) => (held && held.monday === monday ? held : kept(agent, monday)));
    void refresh();
    const timer = setInterval(() => document.visibilityState === "visible" && void refresh(), ANEW_MS);
    const back = () => document.visibilityState === "visible" && void refresh();
    document.addEventListener("visibilitychange", back);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", back);
    };
  }, [refresh, version]);
  return { seen, stale, failed, refresh };
}

async function fetched(monday: string): Promise<Seen> {
  const chosen = await terms();
  const first = monday || mondayOf(wall(serverNow(), chosen.timezone).day);
  const begins = instant(first, 0, chosen.timezone);
  const week = await shifts(begins, instant(addDays(first, 7), 0, chosen.timezone));
  return { monday: first, week, terms: chosen, at_ms: serverNow() };
}

function kept(agent: string, monday: string): Seen | null {
  const weeks = recall<Seen[]>(place(agent), []);
  const now = weeks[0] ? mondayOf(wall(serverNow(), weeks[0].terms.timezone).day) : "";
  return weeks.find((one) => one.monday === (monday || now)) ?? null;
}

/** The latest few weeks that she looked at, the newest first. */
function remember(agent: string, fresh: Seen): void {
  const others = recall<Seen[]>(place(agent), []).filter((one) => one.monday !== fresh.monday);
  keep(place(agent), [fresh, ...others].slice(0, WEEKS_KEPT));
}
