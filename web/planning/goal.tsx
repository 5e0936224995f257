// The service level as what is set; seats, money and service as what comes of it. Tried out live, kept with a reason.
import { useEffect, useState } from "preact/hooks";
import * as api from "./api";
import type { Day, Goal } from "./api";
import { goalOf } from "./figures";
import { Fact, Field, Panel, Trouble, useAct } from "./parts";
import { amount, cost, percent, t } from "./speak";

const SETTLED_MS = 300;

interface GoalProps {
  shown: Day;
  may_change: boolean;
  tried: Goal | null;
  tryOut: (goal: Goal | null) => void;
  reload: () => void;
}

export function GoalPanel({ shown, may_change, tried, tryOut, reload }: GoalProps) {
  const { share: own, target_seconds: within } = shown.staffing;
  const [share, setShare] = useState(String(Math.round(own * 100)));
  const [seconds, setSeconds] = useState(String(within));
  const [asking, setAsking] = useState(false);
  const goal = goalOf(share, seconds);
  const other = goal !== null && (goal.share !== own || goal.seconds !== within);
  useEffect(() => {
    const timer = setTimeout(() => tryOut(other ? goal : null), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [share, seconds, own, within]);
  const back = () => {
    setShare(String(Math.round(own * 100)));
    setSeconds(String(within));
    setAsking(false);
  };
  const { money } = shown;
  return (
    <Panel id="goal" title={t("goal")} aside={tried ? t("goal_tried") : t("goal_kept")}>
      <div class="goal-fields">
        <Field label={t("goal_share")}>
          <input class="input number" type="number" min="0" max="99" inputMode="numeric" value={share} aria-invalid={goal === null} onInput={(event) => setShare(event.currentTarget.value)} />
        </Field>
        <Field label={t("goal_seconds")}>
          <input class="input number" type="number" min="0" max="3600" inputMode="numeric" value={seconds} aria-invalid={goal === null} onInput={(event) => setSeconds(event.currentTarget.value)} />
        </Field>
      </div>
      <input class="slider" type="range" min="50" max="99" value={share} aria-label={t("goal_share")} aria-valuetext={`${share} %`} onInput={(event) => setShare(event.currentTarget.value)} />
      {goal === null && <Trouble words={t("goal_none")} />}
      <dl class="facts is-three" aria-live="polite">
        <Fact name={t("seats_needed")} value={t("hours", { n: money.needed_seat_hours })} aside={cost(money.needed_cents, shown.currency)} />
        <Fact name={t("service_with_needed")} value={money.service_needed === null ? "–" : percent(money.service_needed)} />
        <Fact
          name={t("service_with_planned")}
          value={money.service_day === null ? "–" : percent(money.service_day)}
          {...(money.service_day !== null && money.service_day < shown.aim.share ? { tone: "attention" as const } : {})}
        />
      </dl>
      {other && may_change && !asking && (
        <div class="acts">
          <button type="button" class="button" onClick={() => setAsking(true)}>
            {t("goal_keep")}
          </button>
          <button type="button" class="button is-quiet" onClick={back}>
            {t("goal_back")}
          </button>
        </div>
      )}
      {asking && goal && <Keep brand={shown.brand} goal={goal} done={() => (setAsking(false), reload())} leave={back} />}
      <p class="muted small">
        {t("rests_on", {
          handling: amount(shown.rests_on.handling.value),
          patience: amount(shown.rests_on.patience.value),
          chats: amount(shown.rests_on.concurrency.value),
          shrinkage: percent(shown.rests_on.shrinkage.value),
        })}{" "}
        {t(corrected(shown.rests_on.correction), { times: amount(shown.rests_on.correction.value) })}{" "}
        {Object.values(shown.rests_on).some((fact) => !fact.measured_from) && t("rests_on_constants")}
      </p>
    </Panel>
  );
}

function corrected({ value, measured_from }: api.Fact): "rests_on_simulated" | "rests_on_operator" | "rests_on_formula" {
  if (measured_from) return "rests_on_simulated";
  return value === 1 ? "rests_on_formula" : "rests_on_operator";
}

function Keep({ brand, goal, done, leave }: { brand: string; goal: Goal; done: () => void; leave: () => void }) {
  const [reason, setReason] = useState("");
  const { busy, trouble, act } = useAct();
  const send = (event: Event) => {
    event.preventDefault();
    void act(async () => {
      await api.keepGoal(brand, { share: goal.share, seconds: Math.round(goal.seconds) }, reason);
      done();
    });
  };
  return (
    <form class="stack" onSubmit={send}>
      <Field label={t("why")}>
        <input class="input" required minLength={3} maxLength={300} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
      <Trouble words={trouble} />
      <div class="acts">
        <button type="submit" class="button is-primary" aria-disabled={busy}>
          {t("goal_keep_now", { share: percent(goal.share), seconds: amount(goal.seconds) })}
        </button>
        <button type="button" class="button is-quiet" onClick={leave}>
          {t("leave")}
        </button>
      </div>
    </form>
  );
}
