// Screens that few visits need are fetched when they are asked for, and say so when that fails.
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Shell, type Face } from "./parts";
import { t } from "./speak";

type Found = { Page: FunctionComponent<Face> };

/** The screen that `fetch` brings, in the frame that is there already. Give each its own `key`. */
export function Later({ fetch, state, work }: Face & { fetch: () => Promise<Found> }) {
  const [found, setFound] = useState<Found | null>(null);
  const [failed, setFailed] = useState(false);
  const ask = () => {
    setFailed(false);
    fetch().then(setFound, () => setFailed(true));
  };
  useEffect(ask, []);
  if (found) return <found.Page state={state} work={work} />;
  return (
    <Shell state={state} work={work}>
      {!failed && <p class="muted" role="status">{t("loading")}</p>}
      {failed && (
        <div class="line" role="alert">
          <p>{t("no_answer")}</p>
          <button type="button" class="button" onClick={ask}>
            {t("try_now")}
          </button>
        </div>
      )}
    </Shell>
  );
}

/** The same for something small beside the screen: nothing is shown until it is there. */
export function Aside({ fetch, state, work }: Face & { fetch: () => Promise<Found> }) {
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => void fetch().then(setFound, () => undefined), []);
  return found && <found.Page state={state} work={work} />;
}
