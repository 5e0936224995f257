// What is not needed often: the language, and ending the chat.
import { languageOf } from "../shared/i18n";
import { Icon, LEAVE } from "../shared/icons";
import type { Chat } from "./chat";
import { LANGUAGES, locale, t } from "./speak";
import { phaseOf, talkOf, type State } from "./state";

const OWN_NAMES: Record<string, string> = { en: "English", de: "Deutsch", ar: "العربية" };

export function Menu({ state, chat }: { state: State; chat: Chat }) {
  const running = talkOf(state) !== null && phaseOf(state) !== "ended";
  return (
    <div class="page" onKeyDown={(event) => event.key === "Escape" && chat.show("talk")}>
      <fieldset class="field">
        <legend class="label">{t("language")}</legend>
        <div class="stack">
          {LANGUAGES.map((code) => (
            <label class="choice segment" key={code}>
              <input
                type="radio"
                name="language"
                value={code}
                checked={languageOf(locale) === code}
                onChange={() => void chat.speak(code)}
              />
              <span lang={code}>{OWN_NAMES[code]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {running && <End chat={chat} sure={state.asked === "end"} />}
      {state.trouble && (
        <p class="error" role="alert">
          {state.trouble}
        </p>
      )}
      <button type="button" class="button is-quiet" onClick={() => chat.show("talk")}>
        {t("back_to_chat")}
      </button>
    </div>
  );
}

function End({ chat, sure }: { chat: Chat; sure: boolean }) {
  if (!sure) {
    return (
      <button type="button" class="button" onClick={() => chat.ask("end")}>
        <Icon d={LEAVE} size="small" directed />
        {t("end_chat")}
      </button>
    );
  }
  return (
    <div class="stack" role="group" aria-label={t("end_sure")}>
      <p class="strong">{t("end_sure")}</p>
      <div class="row">
        <button type="button" class="button is-primary" onClick={() => void chat.leave()}>
          {t("end_yes")}
        </button>
        <button type="button" class="button" onClick={() => chat.ask("")}>
          {t("end_no")}
        </button>
      </div>
    </div>
  );
}
