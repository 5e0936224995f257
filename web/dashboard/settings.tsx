// Settings: how many chats at once, sound, the profile, logging out.
import type { Desk } from "../protocol";
import type { Me } from "./account";
import { Heading, Hint, Segments, Shell, type Face } from "./parts";
import { useOptions } from "./path";
import { CertifiedLanguages, CertifiedTopics, ProfileForm } from "./profile";
import { t } from "./speak";

const stay = () => undefined;

export function Settings({ state, work }: Face) {
  const me = state.me as Me;
  const given = useOptions();
  return (
    <Shell state={state} work={work}>
      <Heading>{t("settings")}</Heading>
      <div class="two">
        <div class="stack-4">
          {state.desk && <Capacity desk={state.desk} state={state} work={work} />}
          {state.desk && <Ringing desk={state.desk} state={state} work={work} />}
          <Sound state={state} work={work} />
          <section class="card stack-4">
            <h2 class="title">{t("profile")}</h2>
            <ProfileForm me={me} state={state} work={work} done={stay} />
          </section>
        </div>
        <div class="stack-4">
          <section class="card stack-4">
            <h2 class="title">{t("languages")}</h2>
            {given ? <CertifiedLanguages me={me} options={given} /> : <p class="muted">{t("loading")}</p>}
            <Hint>{t("certified_languages_hint")}</Hint>
          </section>
          <section class="card stack-4">
            <h2 class="title">{t("topics")}</h2>
            {given && <CertifiedTopics me={me} options={given} />}
            <Hint>{t("certified_hint")}</Hint>
          </section>
          <section class="card">
            <h2 class="title">
              <a class="row-link" href="/agent/decisions">
                {t("decisions")}
              </a>
            </h2>
            <p class="muted">{t("decisions_line")}</p>
          </section>
          <section class="card stack-4">
            <h2 class="title">{t("account")}</h2>
            <p>{me.email}</p>
            <div class="line">
              <a class="button" href="/agent/reset">
                {t("new_password")}
              </a>
              <button type="button" class="button" onClick={() => void work.leave()}>
                {t("log_out")}
              </button>
            </div>
            {(state.desk?.active ?? 0) > 0 && <p class="small muted">{t("log_out_hint")}</p>}
          </section>
        </div>
      </div>
    </Shell>
  );
}

function Capacity({ desk, work }: Face & { desk: Desk }) {
  const most = desk.pace.capacity_most;
  const choices = Array.from({ length: most }, (_, at) => ({ value: at + 1, words: String(at + 1) }));
  return (
    <section class="card stack">
      <h2 class="title">{t("capacity")}</h2>
      <p class="muted">
        {t("capacity_line")} {t("certified_most", { n: most })}
      </p>
      <Segments name="capacity" legend={t("capacity")} value={desk.capacity} choices={choices} onPick={(capacity) => void work.setCapacity(capacity)} />
    </section>
  );
}

const LONGER_S = [20, 30, 45];

function Ringing({ desk, work }: Face & { desk: Desk }) {
  const { ring_seconds, ring_usual, ring_longest, auto_accept } = desk.pace;
  const choices = [ring_usual, ...LONGER_S, ring_longest].map((value) => ({ value, words: t("n_seconds", { n: value }) }));
  return (
    <section class="card stack">
      <h2 class="title">{t("ring_length")}</h2>
      <p class="muted">{t("ring_length_line")}</p>
      <Segments name="ring" legend={t("ring_length")} value={ring_seconds ?? ring_usual} choices={choices} onPick={(seconds) => void work.ringFor(seconds === ring_usual ? null : seconds)} />
      <h2 class="title above">{t("auto_accept")}</h2>
      <p class="muted">{t("auto_accept_line")}</p>
      <Segments
        name="auto_accept"
        legend={t("auto_accept")}
        value={auto_accept ? "open" : "ring"}
        choices={[
          { value: "ring", words: t("auto_accept_off") },
          { value: "open", words: t("auto_accept_on") },
        ]}
        onPick={(value) => void work.wish("auto_accept", value === "open")}
      />
    </section>
  );
}

function Sound({ state, work }: Face) {
  return (
    <section class="card stack">
      <h2 class="title">{t("sound")}</h2>
      <Segments
        name="sound"
        legend={t("sound")}
        value={state.sound ? "on" : "off"}
        choices={[
          { value: "on", words: t("sound_on") },
          { value: "off", words: t("sound_off") },
        ]}
        onPick={(value) => work.setSound(value === "on")}
      />
      <div>
        <button type="button" class="button" onClick={work.playSound}>
          {t("play")}
        </button>
      </div>
    </section>
  );
}
