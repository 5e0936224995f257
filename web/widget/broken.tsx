// When something outside the customer's reach broke: the person's link, or the page's key.
import { ALERT, BROKEN, CHAT, CLOCK, Icon } from "../shared/icons";
import { Wait } from "./queue";
import { t } from "./speak";
import { personOf, talkOf, type State } from "./state";

export function Broke({ state }: { state: State }) {
  const name = personOf(talkOf(state)) || t("the_person");
  return (
    <section class="case" role="status">
      <h2 class="title">
        <Icon d={BROKEN} />
        {t("broke_title", { name })}
      </h2>
      <p>{t("broke_line", { name })}</p>
      {state.queue && (
        <p class="notice">
          <Icon d={CLOCK} size="small" />
          <Wait place={state.queue} now_ms={state.now_ms} />
        </p>
      )}
      <p class="notice">
        <Icon d={CHAT} size="small" />
        <span>{t("broke_sees")}</span>
      </p>
    </section>
  );
}

export function Unavailable() {
  return (
    <div class="page is-centred" role="alert">
      <Icon d={ALERT} size="large" />
      <h1 class="title">{t("unavailable")}</h1>
      <p class="muted">{t("unavailable_line")}</p>
    </div>
  );
}
