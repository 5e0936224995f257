// The allotment: asked for now, and its gap to the best possible told as soon as it is known.
import { useEffect, useState } from "preact/hooks";
import * as api from "./api";
import type { Run } from "./api";
import { Status } from "../board/marks";
import { Panel, Trouble, useAct } from "./parts";
import { locale, t } from "./speak";

const POLL_MS = 2_000;
const under = (run: Run | null) => run?.state === "asked" || run?.state === "running";

export function Runs({ first, may_run, reload }: { first: Run | null; may_run: boolean; reload: () => void }) {
  const [run, setRun] = useState(first);
  const { busy, trouble, act } = useAct();
  useEffect(() => {
    if (!under(run)) return undefined;
    const timer = setInterval(() => {
      void api.run().then((found) => {
        setRun(found);
        if (!under(found)) reload();
      }, () => undefined);
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [under(run)]);
  return (
    <Panel id="runs" title={t("runs")}>
      <div role="status">{run ? <Told run={run} /> : <p class="muted">{t("runs_none")}</p>}</div>
      <Trouble words={trouble} />
      {may_run && (
        <button type="button" class="button is-start" aria-disabled={busy || under(run)} onClick={() => !under(run) && void act(async () => setRun(await api.askRun()))}>
          {t("runs_now")}
        </button>
      )}
    </Panel>
  );
}

function Told({ run }: { run: Run }) {
  const percents = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 3 });
  const gap = run.gap === null ? "" : t("runs_gap", { gap: percents.format(run.gap) });
  if (run.state === "asked") return <Status tone="idle">{t("runs_asked")}</Status>;
  if (run.state === "running") return <Status tone="idle">{[t("runs_running"), gap].filter(Boolean).join(" ")}</Status>;
  if (run.state === "failed") return <Status tone="attention">{run.note || t("runs_failed")}</Status>;
  return (
    <>
      <Status tone="good">{t("runs_done", { n: run.granted, refused: run.refused })}</Status>
      <p class="muted">{[gap, run.finished ? "" : t("runs_cut")].filter(Boolean).join(" ")}</p>
    </>
  );
}
