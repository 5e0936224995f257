// What an agent says of herself: used on the way in and in the settings.
import { useState } from "preact/hooks";
import { CHECK, CLOCK, DOWN, Icon } from "../shared/icons";
import { serverNow, shortDate } from "../shared/time";
import type { Me, Options, Spoken } from "./account";
import { countries } from "./countries";
import { Mark, type Face } from "./parts";
import { locale, t } from "./speak";
import type { Key } from "./words/en";

interface Editing extends Face {
  me: Me;
  /** Called once it is saved. */
  done: () => void;
}

function Save({ state }: Pick<Face, "state">) {
  return (
    <div>
      <button class="button is-primary is-tall" aria-disabled={state.busy === "save"}>
        {t(state.busy === "save" ? "one_moment" : "save")}
      </button>
    </div>
  );
}

export function ProfileForm({ me, state, work, done }: Editing) {
  const { agent } = me;
  const submit = async (event: Event) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string) => String(values.get(name) ?? "").trim();
    if (await work.saveProfile({ display_name: text("display_name"), country: text("country"), about: text("about") }, t("saved"))) done();
  };
  return (
    <form class="stack-4" onSubmit={(event) => void submit(event)}>
      <div class="field">
        <label class="label" for="display_name">
          {t("first_name")}
        </label>
        <input class="input" id="display_name" name="display_name" required maxLength={40} autocomplete="given-name" defaultValue={agent.display_name} />
        <p class="small muted">{t("first_name_hint")}</p>
      </div>
      <div class="field">
        <label class="label" for="country">
          {t("country")}
        </label>
        <span class="pick">
          <select class="input" id="country" name="country" required autocomplete="country">
            <option value="">{t("choose")}</option>
            {countries().map(([code, name]) => (
              <option key={code} value={code} selected={code === agent.country}>
                {name}
              </option>
            ))}
          </select>
          <Icon d={DOWN} />
        </span>
      </div>
      <div class="field">
        <label class="label" for="about">
          {t("about_you")} <span>{t("if_you_like")}</span>
        </label>
        <textarea class="input" id="about" name="about" rows={3} maxLength={400} defaultValue={agent.about} />
        <p class="small muted">{t(`about_${agent.kind}` as Key)}</p>
      </div>
      <Save state={state} />
    </form>
  );
}

const LEVELS: readonly Key[] = ["level_1", "level_2", "level_3"];

export function LanguagesForm({ me, options, state, work, done }: Editing & { options: Options }) {
  const [spoken, setSpoken] = useState<readonly Spoken[]>(me.agent.languages);
  const [missing, setMissing] = useState(false);
  const level = (code: string) => spoken.find((one) => one.code === code)?.level ?? 0;
  const set = (code: string, to: number) => setSpoken([...spoken.filter((one) => one.code !== code), ...(to ? [{ code, level: to }] : [])]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setMissing(spoken.length === 0);
    if (spoken.length && (await work.saveProfile({ languages: [...spoken] }, t("saved")))) done();
  };
  return (
    <form class="stack-4" onSubmit={(event) => void submit(event)}>
      <ul class="languages">
        {options.languages.map(({ code, name }) => (
          <li key={code} class={level(code) ? "is-spoken" : ""}>
            <label class="choice option">
              <input type="checkbox" checked={level(code) > 0} onChange={() => set(code, level(code) ? 0 : 3)} />
              <span class="option-box">
                <Icon d={CHECK} size="small" />
              </span>
              {name}
            </label>
            {level(code) > 0 && (
              <span class="pick">
                <select class="input" aria-label={t("level_of", { language: name })} value={level(code)} onChange={({ currentTarget }) => set(code, Number(currentTarget.value))}>
                  {LEVELS.map((words, at) => (
                    <option key={words} value={at + 1} selected={level(code) === at + 1}>
                      {t(words)}
                    </option>
                  ))}
                </select>
                <Icon d={DOWN} />
              </span>
            )}
          </li>
        ))}
      </ul>
      {missing && <p class="error" role="alert">{t("one_language")}</p>}
      <Save state={state} />
    </form>
  );
}

export function TopicsForm({ me, options, state, work, done }: Editing & { options: Options }) {
  const [chosen, setChosen] = useState<readonly string[]>(me.agent.skills);
  const [missing, setMissing] = useState(false);
  const toggle = (id: string) => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const submit = async (event: Event) => {
    event.preventDefault();
    setMissing(chosen.length === 0);
    if (chosen.length && (await work.saveProfile({ skills: [...chosen] }, t("saved")))) done();
  };
  return (
    <form class="stack-4" onSubmit={(event) => void submit(event)}>
      {brandsOf(options).map((brand) => (
        <fieldset key={brand}>
          <legend class="label">{brand}</legend>
          <div class="quarters">
            {options.skills
              .filter((skill) => skill.brand === brand)
              .map(({ id, name }) => (
                <label class="choice option" key={id}>
                  <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
                  <span class="option-box">
                    <Icon d={CHECK} size="small" />
                  </span>
                  {name}
                </label>
              ))}
          </div>
        </fieldset>
      ))}
      {missing && <p class="error" role="alert">{t("one_topic")}</p>}
      <Save state={state} />
    </form>
  );
}

const brandsOf = (options: Options) => [...new Set(options.skills.map((skill) => skill.brand))];

/** The languages of an approved agent: certified, so shown and not changed here. */
export function CertifiedLanguages({ me, options }: { me: Me; options: Options }) {
  return (
    <ul class="rows">
      {me.agent.languages.map(({ code, level }) => (
        <Certified
          key={code}
          name={options.languages.find((one) => one.code === code)?.name ?? code}
          note={t(LEVELS[level - 1] ?? "level_1")}
          until={me.agent.ends[code]}
        />
      ))}
    </ul>
  );
}

/** The topics of an approved agent: certified, so shown and not changed here. */
export function CertifiedTopics({ me, options }: { me: Me; options: Options }) {
  const mine = options.skills.filter((skill) => me.agent.skills.includes(skill.id));
  return (
    <ul class="rows">
      {mine.map((skill) => (
        <Certified key={skill.id} name={skill.name} note={skill.brand} until={me.agent.ends[skill.id]} />
      ))}
    </ul>
  );
}

function Certified({ name, note, until }: { name: string; note: string; until: string | undefined }) {
  const ended = until !== undefined && Date.parse(until) <= serverNow();
  return (
    <li>
      <span class="grow">
        {name} <span class="small muted">{note}</span>
      </span>
      <Mark icon={ended ? CLOCK : CHECK} tone={ended ? "attention" : "good"}>
        {until ? t(ended ? "certificate_ended" : "certified_until", { day: shortDate(until, locale) }) : t("certified")}
      </Mark>
    </li>
  );
}
