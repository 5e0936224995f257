// What a class is paid on top, raised by hand in one step, and undone in one.
import { useEffect, useState } from "preact/hooks";
import { call, Problem } from "../shared/http";
import { clockTime } from "../shared/time";
import { languageName, locale, t } from "./speak";

/** What a bonus is paid for. */
export interface RaiseClass {
  brand_id: string;
  brand: string;
  topic: string;
  topic_name: string;
  language: string;
}

/** What is paid on top now, to what it may be raised, and the raise in force; sums in words. */
export interface Stands {
  now: string;
  left: string;
  choices: { bonus_minor: number; words: string }[];
  raised: { id: string; bonus: string; until: string; by: string; reason: string } | null;
}

const DOOR = "/api/v1/operator/raises";
const MINUTES = [15, 30, 60, 120];

export function Raise({ of }: { of: RaiseClass }) {
  const [stands, setStands] = useState<Stands | null>(null);
  const [asked, setAsked] = useState(false);
  const [told, setTold] = useState("");
  const [trouble, setTrouble] = useState("");
  const ask = async (asking: Promise<Stands>): Promise<boolean> => {
    try {
      setStands(await asking);
      setTrouble("");
      return true;
    } catch (problem) {
      setTrouble(problem instanceof Problem && problem.message ? problem.message : t("mode_unreached"));
      return false;
    }
  };
  useEffect(() => void ask(call<Stands>(`${DOOR}?${new URLSearchParams({ brand: of.brand_id, topic: of.topic, language: of.language }).toString()}`)), []);
  const undo = async (id: string) => {
    if (await ask(call<Stands>(`${DOOR}/${id}/undo`, { method: "POST", body: {} }))) setTold(t("raise_undone"));
  };
  const send = async (how: Wish) => {
    const body = { brand: of.brand_id, topic: of.topic, language: of.language, ...how };
    if (await ask(call<Stands>(DOOR, { method: "POST", body }))) setAsked(false);
  };
  return (
    <div class="raise">
      <p>
        <b>{t("raise_what", { brand: of.brand, topic: of.topic_name, language: languageName(of.language) })}</b>{" "}
        {stands && <span class="muted">{t("raise_now", { now: stands.now, left: stands.left })}</span>}
      </p>
      {stands?.raised && <InForce raised={stands.raised} undo={undo} />}
      {told && !stands?.raised && <p role="status">{told}</p>}
      {stands && !asked && stands.choices.length > 0 && (
        <button type="button" class="button" onClick={() => setAsked(true)}>
          {t("raise")}
        </button>
      )}
      {stands && !stands.choices.length && <p class="muted">{t("raise_none")}</p>}
      {stands && asked && <Ask stands={stands} send={send} leave={() => setAsked(false)} />}
      {trouble && (
        <p class="error" role="alert">
          {trouble}
        </p>
      )}
    </div>
  );
}

function InForce({ raised, undo }: { raised: NonNullable<Stands["raised"]>; undo: (id: string) => Promise<void> }) {
  return (
    <p class="raise-stands">
      <span>{t("raise_stands", { bonus: raised.bonus, time: clockTime(raised.until, locale), by: raised.by, reason: raised.reason })}</span>
      <button type="button" class="button" onClick={() => void undo(raised.id)}>
        {t("raise_undo")}
      </button>
    </p>
  );
}

interface Wish {
  bonus_minor: number;
  minutes: number;
  reason: string;
}

/** How far, for how long, why; the button says what it does. */
function Ask({ stands, send, leave }: { stands: Stands; send: (how: Wish) => Promise<void>; leave: () => void }) {
  const [how, change] = useState<Wish>({ bonus_minor: stands.choices[0]?.bonus_minor ?? 0, minutes: 30, reason: "" });
  const [busy, setBusy] = useState(false);
  const bonus = stands.choices.find((one) => one.bonus_minor === how.bonus_minor)?.words ?? "";
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await send(how);
    setBusy(false);
  };
  return (
    <form class="modes-ask" onSubmit={(event) => void submit(event)}>
      <label class="field">
        <span class="label">{t("raise_to")}</span>
        <select class="input" value={how.bonus_minor} onChange={(event) => change({ ...how, bonus_minor: Number(event.currentTarget.value) })}>
          {stands.choices.map((one) => (
            <option key={one.bonus_minor} value={one.bonus_minor}>
              {one.words}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="label">{t("raise_for")}</span>
        <select class="input" value={how.minutes} onChange={(event) => change({ ...how, minutes: Number(event.currentTarget.value) })}>
          {MINUTES.map((minutes) => (
            <option key={minutes} value={minutes}>
              {t("raise_minutes", { n: minutes })}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span class="label">{t("raise_why")}</span>
        <input class="input" required minLength={3} maxLength={300} value={how.reason} onInput={(event) => change({ ...how, reason: event.currentTarget.value })} />
      </label>
      <div class="modes-acts">
        <button type="submit" class="button is-primary" aria-disabled={busy}>
          {t("raise_do", { bonus })}
        </button>
        <button type="button" class="button" onClick={leave}>
          {t("raise_leave")}
        </button>
      </div>
    </form>
  );
}
