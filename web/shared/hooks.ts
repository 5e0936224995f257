// What the components of all faces share.
import { useEffect, useState } from "preact/hooks";
import { serverNow } from "./time";

/** The server's time in ms, anew every `every_ms` while mounted. 0 stands still. */
export function useNow(every_ms: number): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    if (!every_ms) return undefined;
    setNow(serverNow());
    const timer = setInterval(() => setNow(serverNow()), every_ms);
    return () => clearInterval(timer);
  }, [every_ms]);
  return now;
}
