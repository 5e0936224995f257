// How much and how she is asked: pause, last one, reserve, one more, and one tap that stops everything.
import type { Desk, Pause } from "../protocol";
import { CHECK, Icon, PAUSE, PLAY, TRANSFER } from "../shared/icons";
import { FLAG, MOON, PLUS, STOP } from "./marks";
import type { Face } from "./parts";
import { t } from "./speak";
import { presenceOf } from "./state";
import type { Key } from "./words/en";

type DeskFace = Face & { desk: Desk };

/** Under the switch: what she may wish for as things stand. */
export function Pace({ desk, state, work }: DeskFace) {
  const presence = presenceOf(desk);
  if (presence === "paused" && desk.pause_reason) return <WhyPaused desk={desk} state={state} work={work} />;
  if (presence === "emergency") return <HandBack desk={desk} state={state} work={work} />;
  if (!desk.willing) return null;
  return (
    <>
      <div class="pace" role="group" aria-label={t("your_pace")}>
        <PauseButton state={state} work={work} />
        <Wish wish="last_one" icon={FLAG} desk={desk} state={state} work={work} />
        <Wish wish="reserve" icon={MOON} desk={desk} state={state} work={work} />
      </div>
      {mayHaveOneMore(desk) && <Wish wish="one_more" icon={PLUS} desk={desk} state={state} work={work} />}
      <button type="button" class="button is-quiet is-stop" disabled={isCut({ state })} onClick={() => void work.stopNow(false)}>
        <Icon d={STOP} size="small" /> {t("stop_now")}
      </button>
    </>
  );
}

/** Beside the chats: last one and pause, or offers again; the chats go on either way. */
export function PaceBeside({ state, work }: Face) {
  const { desk } = state;
  if (!desk) return null;
  if (!desk.willing)
    return (
      <button type="button" class="button" disabled={isCut({ state })} onClick={() => void work.goOnline()}>
        <Icon d={PLAY} size="small" />
        {t("offers_again")}
      </button>
    );
  return (
    <div class="pace" role="group" aria-label={t("your_pace")}>
      {mayHaveOneMore(desk) ? <Wish wish="one_more" icon={PLUS} desk={desk} state={state} work={work} /> : <Wish wish="last_one" icon={FLAG} desk={desk} state={state} work={work} />}
      <PauseButton state={state} work={work} />
    </div>
  );
}

/** What rings beside her last chats goes on: she may take it, and nothing comes after it. */
export function lastOneLine({ active, offer }: Desk): string {
  if (offer) return t(active ? "last_one_rings" : "last_one_rings_next");
  return t(active ? "last_one_line" : "last_one_next");
}

const isCut = ({ state }: Pick<Face, "state">) => state.link.kind !== "open";
const mayHaveOneMore = ({ active, capacity, pace }: Desk) => active === capacity && !pace.last_one;

function PauseButton({ state, work }: Face) {
  return (
    <button type="button" class="button is-tall" disabled={isCut({ state })} onClick={() => void work.pause()}>
      <Icon d={PAUSE} size="small" /> {t("pause")}
    </button>
  );
}

/** On or off; a word and a shape say which. */
function Wish({ wish, icon, desk, state, work }: DeskFace & { wish: "last_one" | "reserve" | "one_more"; icon: string }) {
  const on = desk.pace[wish];
  return (
    <button type="button" class="button is-tall is-wish" aria-pressed={on} disabled={isCut({ state })} onClick={() => void work.wish(wish, !on)}>
      <Icon d={on ? CHECK : icon} size="small" /> {t(wish === "one_more" && on ? "one_more_on" : wish)}
    </button>
  );
}

const WHY: readonly [Pause["reason"], Key][] = [
  ["break", "pause_break"],
  ["errand", "pause_errand"],
  ["technical", "pause_technical"],
  ["other", "pause_other"],
];

function WhyPaused({ desk, state, work }: DeskFace) {
  return (
    <fieldset class="why-paused">
      <legend class="small muted">{t("why_paused")}</legend>
      <div class="chips">
        {WHY.map(([reason, words]) => (
          <button key={reason} type="button" class="chip" aria-pressed={desk.pause_reason === reason} disabled={isCut({ state })} onClick={() => void work.pause(reason)}>
            {desk.pause_reason === reason && <Icon d={CHECK} size="small" />} {t(words)}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function HandBack({ desk, state, work }: DeskFace) {
  const chats = desk.engagements.length;
  if (!chats) return null;
  return (
    <div class="stack">
      <button type="button" class="button is-tall" disabled={isCut({ state })} onClick={() => void work.stopNow(true)}>
        <Icon d={TRANSFER} size="small" /> {t("hand_back", { n: chats })}
      </button>
      <p class="small muted">{t("hand_back_line")}</p>
    </div>
  );
}
