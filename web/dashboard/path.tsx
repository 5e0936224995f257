// The way in: three steps of the applicant's, then a person reads it.
import { useEffect, useState } from "preact/hooks";
import { CHECK, CLOCK, Icon, INFO, SHIELD } from "../shared/icons";
import { options, type Me, type Options } from "./account";
import { Site } from "./entry";
import { GO } from "./marks";
import { Banners, Heading, Hint, type Face } from "./parts";
import { LanguagesForm, ProfileForm, TopicsForm } from "./profile";
import type { Step } from "./route";
import { t } from "./speak";
import type { Key } from "./words/en";

const STEPS: readonly { step: Step; line: Key; done: (me: Me) => boolean }[] = [
  { step: "profile", line: "profile_line", done: ({ agent }) => agent.country !== "" },
  { step: "languages", line: "languages_line", done: ({ agent }) => agent.languages.length > 0 },
  { step: "topics", line: "topics_line", done: ({ agent }) => agent.skills.length > 0 },
];

const openStep = (me: Me): Step | null => STEPS.find((one) => !one.done(me))?.step ?? null;

/** The steps and where the application stands. */
export function Way({ state, work }: Face) {
  const me = state.me as Me;
  const next = openStep(me);
  return (
    <Site>
      <Banners state={state} work={work} />
      <div class="small-page stack-4">
        <div class="card-head">
          <Heading>{t(me.agent.state === "applied" ? "welcome" : "hello", { name: me.agent.display_name })}</Heading>
          <button type="button" class="button is-quiet" onClick={() => void work.leave()}>
            {t("log_out")}
          </button>
        </div>
        <Verdict me={me} next={next} />
        {me.agent.state === "applied" && (
          <section class="card">
            <div class="card-head">
              <h2>{t("way_in")}</h2>
            </div>
            <Steps me={me} now={next} />
          </section>
        )}
        {next && me.agent.state === "applied" && (
          <a class="button is-primary is-big" href={`/agent/path/${next}`}>
            {t("go_on_with", { step: t(next) })} <Icon d={GO} directed />
          </a>
        )}
        {me.agent.state === "applied" && <Hint icon={SHIELD}>{t("says_why")}</Hint>}
      </div>
    </Site>
  );
}

function Verdict({ me, next }: { me: Me; next: Step | null }) {
  const { state, state_reason } = me.agent;
  if (state === "refused" || state === "deactivated")
    return (
      <section class="card stack" role="status">
        <h2 class="title">{t(state === "refused" ? "refused_title" : "deactivated_title")}</h2>
        <p>
          <b>{t("reason")}:</b> {state_reason || t("no_reason_given")}
        </p>
        <p class="small muted">{t("decided_by_person")}</p>
      </section>
    );
  if (next) return null;
  return (
    <section class="card stack" role="status">
      <h2 class="title line">
        <Icon d={CLOCK} /> {t("being_read")}
      </h2>
      <p>{t("being_read_line")}</p>
    </section>
  );
}

function Steps({ me, now }: { me: Me; now: Step | null }) {
  return (
    <ol class="path">
      <li>
        <StepMark done={me.email_verified} place={1} />
        <b>{t("email")}</b>
        <span class="small muted">{me.email_verified ? t("done") : t("open")}</span>
        <small>{me.email}</small>
      </li>
      {STEPS.map(({ step, line, done }, place) => (
        <li key={step} class={step === now ? "is-now" : ""}>
          <StepMark done={done(me)} place={place + 2} />
          <a href={`/agent/path/${step}`}>{t(step)}</a>
          <span class="small muted">{t(done(me) ? "done" : "open")}</span>
          <small>{t(line)}</small>
        </li>
      ))}
      <li class={now ? "" : "is-now"}>
        <StepMark done={false} place={5} />
        <b>{t("way_read")}</b>
        <span class="small muted">{t(now ? "afterwards" : "now")}</span>
        <small>{t("way_read_line")}</small>
      </li>
    </ol>
  );
}

function StepMark({ done, place }: { done: boolean; place: number }) {
  return <span class="step-number">{done ? <Icon d={CHECK} size="small" /> : place}</span>;
}

/** One step, with the whole way beside it. */
export function StepPage({ state, work }: Face) {
  const me = state.me as Me;
  const step = state.route.screen === "step" ? state.route.step : "profile";
  const given = useOptions();
  const place = STEPS.findIndex((one) => one.step === step);
  const onward = () => {
    work.hush();
    work.go(STEPS[place + 1] ? `/agent/path/${STEPS[place + 1]?.step}` : "/agent/");
  };
  return (
    <Site>
      <Banners state={state} work={work} />
      <div class="step-page">
        <section class="card stack-4" key={step}>
          <div>
            <p class="small muted number">{t("step_of", { n: place + 2, all: 5 })}</p>
            <Heading>{t(`${step}_question` as Key)}</Heading>
            <p class="muted">{t(`${step}_help` as Key)}</p>
          </div>
          {step === "profile" && <ProfileForm me={me} state={state} work={work} done={onward} />}
          {step !== "profile" && !given && <p class="muted">{t("loading")}</p>}
          {step === "languages" && given && <LanguagesForm me={me} options={given} state={state} work={work} done={onward} />}
          {step === "topics" && given && <TopicsForm me={me} options={given} state={state} work={work} done={onward} />}
        </section>
        <section class="card">
          <div class="card-head">
            <h2>{t("way_in")}</h2>
            <a class="small strong" href="/agent/">
              {t("go_on_later")}
            </a>
          </div>
          <Steps me={me} now={step} />
          <Hint icon={INFO}>{t("stop_anywhere")}</Hint>
        </section>
      </div>
    </Site>
  );
}

/** Tries again until the server answers. */
export function useOptions(): Options | null {
  const [given, setGiven] = useState<Options | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = () => void options().then(setGiven, () => (timer = setTimeout(load, 3_000)));
    load();
    return () => clearTimeout(timer);
  }, []);
  return given;
}
