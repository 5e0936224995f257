// Settings: how many chats at once, sound, the profile, logging out.
import type { Desk } from "../protocol";
import type { Me } from "./account";
import { Heading, Hint, Segments, Shell, type Face } from "./parts";
import { useOptions } from "./path";
import { CertifiedTopics, LanguagesForm, ProfileForm } from "./profile";
import { t } from "./speak";

const MOST = 5;
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
          <Sound state={state} work={work} />
          <section class="card stack-4">
            <h2 class="title">{t("profile")}</h2>
            <ProfileForm me={me} state={state} work={work} done={stay} />
          </section>
        </div>
        <div class="stack-4">
          <section class="card stack-4">
            <h2 class="title">{t("languages")}</h2>
            {given ? <LanguagesForm me={me} options={given} state={state} work={work} done={stay} /> : <p class="muted">{t("loading")}</p>}
          </section>
          <section class="card stack-4">
            <h2 class="title">{t("topics")}</h2>
            {given && <CertifiedTopics me={me} options={given} />}
            <Hint>{t("certified_hint")}</Hint>
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
  const choices = Array.from({ length: MOST }, (_, at) => ({ value: at + 1, words: String(at + 1) }));
  return (
    <section class="card stack">
      <h2 class="title">{t("capacity")}</h2>
      <p class="muted">{t("capacity_line")}</p>
      <Segments name="capacity" legend={t("capacity")} value={desk.capacity} choices={choices} onPick={(capacity) => void work.setCapacity(capacity)} />
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
