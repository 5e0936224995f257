// How brands are matched by somebody's choice: what is switched on, and the switch for those who may throw it.
import { useState } from "preact/hooks";
import type { BoardMode } from "../protocol";
import { call, Problem } from "../shared/http";
import { Icon, TRANSFER } from "../shared/icons";
import { clockTime } from "../shared/time";
import { ToneIcon } from "./marks";
import { locale, t } from "./speak";
import type { Key } from "./words/en";

const ON: Record<BoardMode["kind"], Key> = { plain: "mode_plain_on", fair: "mode_fair_on" };

/** What the page knows of the switch: the brands, and whether this operator may throw it. */
export interface Steering {
  may: boolean;
  /** May she raise a bonus? */
  raises: boolean;
  brands: readonly { id: string; name: string }[];
}

export interface Throw {
  kind: BoardMode["kind"];
  brand: string | null;
  on: boolean;
  reason: string;
}

export const throwSwitch = (how: Throw) => call<unknown>("/api/v1/operator/modes", { method: "POST", body: how });

export function Modes({ modes, steering }: { modes: readonly BoardMode[]; steering: Steering }) {
  const [asked, setAsked] = useState<Throw | null>(null);
  if (!modes.length && !steering.may) return null;
  return (
    <section class="modes" aria-label={t("matching")}>
      {modes.map((mode) => (
        <div key={`${mode.kind}/${mode.brand_id}`} class={`alert${mode.kind === "plain" ? " is-attention" : " is-calm"}`}>
          <ToneIcon tone={mode.kind === "plain" ? "attention" : "good"} size="large" />
          <div>
            <h2>{t(ON[mode.kind], { brand: mode.brand ?? t("every_brand") })}</h2>
            <p class="muted">{t("mode_since", { time: clockTime(mode.since, locale), reason: mode.reason })}</p>
          </div>
          {steering.may && (
            <button type="button" class="button" onClick={() => setAsked({ kind: mode.kind, brand: mode.brand_id, on: false, reason: "" })}>
              {t("mode_off")}
            </button>
          )}
        </div>
      ))}
      {steering.may && !asked && (
        <button type="button" class="button modes-open" onClick={() => setAsked({ kind: "plain", brand: null, on: true, reason: "" })}>
          <Icon d={TRANSFER} /> {t("matching")}
        </button>
      )}
      {asked && <Ask asked={asked} brands={steering.brands} change={setAsked} />}
    </section>
  );
}

/** The question before the switch: what, for whom, why. What is refused is said here, with nothing changed. */
function Ask({ asked, brands, change }: { asked: Throw; brands: Steering["brands"]; change: (to: Throw | null) => void }) {
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await throwSwitch(asked);
      change(null);
    } catch (problem) {
      setTrouble(problem instanceof Problem && problem.message ? problem.message : t("mode_unreached"));
      setBusy(false);
    }
  };
  const named = asked.brand === null ? t("every_brand") : (brands.find((brand) => brand.id === asked.brand)?.name ?? "");
  return (
    <form class="modes-ask" onSubmit={(event) => void send(event)}>
      <h2>{t(asked.on ? "mode_ask_on" : "mode_ask_off")}</h2>
      {asked.on ? (
        <>
          <label class="field">
            <span class="label">{t("mode_kind")}</span>
            <select class="input" value={asked.kind} onChange={(event) => change({ ...asked, kind: event.currentTarget.value as Throw["kind"] })}>
              <option value="plain">{t("mode_plain")}</option>
              <option value="fair">{t("mode_fair")}</option>
            </select>
          </label>
          <label class="field">
            <span class="label">{t("mode_for")}</span>
            <select class="input" value={asked.brand ?? ""} onChange={(event) => change({ ...asked, brand: event.currentTarget.value || null })}>
              <option value="">{t("every_brand")}</option>
              {brands.map((brand) => (
                <option key={brand.id} value={brand.id}>
                  {brand.name}
                </option>
              ))}
            </select>
          </label>
        </>
      ) : (
        <p>{t(ON[asked.kind], { brand: named })}</p>
      )}
      <label class="field">
        <span class="label">{t("mode_why")}</span>
        <input class="input" required minLength={3} maxLength={300} value={asked.reason} onInput={(event) => change({ ...asked, reason: event.currentTarget.value })} />
      </label>
      {trouble && (
        <p class="error" role="alert">
          {trouble}
        </p>
      )}
      <div class="modes-acts">
        <button type="submit" class="button is-primary" aria-disabled={busy}>
          {t(asked.on ? "mode_on_now" : "mode_off_now")}
        </button>
        <button type="button" class="button" onClick={() => change(null)}>
          {t("mode_leave")}
        </button>
      </div>
    </form>
  );
}
