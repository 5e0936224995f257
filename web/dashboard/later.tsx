// Screens that few visits need are fetched when they are asked for, and say so when that fails.
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { loadAnew, networked } from "../shared/anew";
import { Shell, type Face } from "./parts";
import { t } from "./speak";

type Found = { Page: FunctionComponent<Face> };

/** What `fetch` brings, once it is there; until then what to show in its place. */
export function useFetched<Module>(fetch: () => Promise<Module>): [Module | null, boolean] {
  const [found, setFound] = useState<Module | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => void networked().then(fetch).then(setFound, () => setFailed(true)), []);
  return [found, failed];
}

/** It could not be fetched, and how to go on. */
export function Missing() {
  const [asking, setAsking] = useState(false);
  const again = async () => {
    setAsking(true);
    if (!(await loadAnew())) setAsking(false);
  };
  return (
    <div class="line" role="alert">
      <p>{t("no_answer")}</p>
      <button type="button" class="button" aria-disabled={asking} onClick={() => void again()}>
        {t(asking ? "one_moment" : "try_now")}
      </button>
    </div>
  );
}

/** The screen that `fetch` brings, in the frame that is there already. Give each its own `key`. */
export function Later({ fetch, state, work }: Face & { fetch: () => Promise<Found> }) {
  const [found, failed] = useFetched(fetch);
  if (found) return <found.Page state={state} work={work} />;
  return (
    <Shell state={state} work={work}>
      {failed ? <Missing /> : <p class="muted" role="status">{t("loading")}</p>}
    </Shell>
  );
}

/** The same for something small beside the screen: nothing is shown until it is there, or cannot be. */
export function Aside({ fetch, state, work }: Face & { fetch: () => Promise<Found> }) {
  const [found, failed] = useFetched(fetch);
  if (failed) return <Missing />;
  return found && <found.Page state={state} work={work} />;
}
