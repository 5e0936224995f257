// Filling up to a budget: said in words first, then made, for no more than was said.
import { useEffect, useState } from "preact/hooks";
import * as api from "./api";
import type { Cover, Day, Goal } from "./api";
import { centsOf } from "./figures";
import { Field, Panel, Trouble, useAct } from "./parts";
import { amount, cost, t, time } from "./speak";

const WINDOWS = [null, 0, 12, 24, 48, 96] as const;

export function windowWords(hours: number | null): string {
  if (hours === null) return t("window_draft");
  return hours === 0 ? t("window_none") : t("window_hours", { n: hours });
}

export function Fill({ shown, tried, reload }: { shown: Day; tried: Goal | null; reload: () => void }) {
  const [budget, setBudget] = useState("");
  const [rate, setRate] = useState((shown.staffing.rate_cents / 100).toFixed(2));
  const [hours, setHours] = useState<number | null>(null);
  const [said, setSaid] = useState<Cover | null>(null);
  const { busy, trouble, act } = useAct();
  const [wrong, setWrong] = useState("");
  // Another goal asks for other seats: what was said no longer holds.
  useEffect(() => setSaid(null), [tried?.share, tried?.seconds]);
  const terms = () => {
    const [rate_cents, budget_cents] = [centsOf(rate), budget.trim() === "" ? null : centsOf(budget)];
    if (rate_cents === null || (budget.trim() !== "" && budget_cents === null)) return null;
    const { brand, day, topic, language } = shown;
    return { brand, day, topic, language, ...(tried ?? {}), rate_cents, budget_cents, window_hours: hours };
  };
  const ask = (preview: boolean) => (event: Event) => {
    event.preventDefault();
    const asked = terms();
    setWrong(asked ? "" : t("no_sum"));
    if (!asked) return;
    const most = preview || !said ? asked.budget_cents : said.cents;
    void act(async () => {
      setSaid(await api.fill({ ...asked, budget_cents: most, preview }));
      if (!preview) reload();
    });
  };
  return (
    <Panel id="fill" title={t("fill")} aside={t("fill_aside")}>
      <form class="fill-fields" onSubmit={ask(true)} onInput={() => setSaid(null)}>
        <Field label={t("budget")} hint={shown.currency}>
          <input class="input number" inputMode="decimal" placeholder={t("no_limit")} value={budget} onInput={(event) => setBudget(event.currentTarget.value)} />
        </Field>
        <Field label={t("rate")} hint={shown.currency}>
          <input class="input number" inputMode="decimal" required value={rate} onInput={(event) => setRate(event.currentTarget.value)} />
        </Field>
        <Field label={t("window")}>
          <select class="input" value={String(hours)} onChange={(event) => setHours(event.currentTarget.value === "null" ? null : Number(event.currentTarget.value))}>
            {WINDOWS.map((each) => (
              <option key={String(each)} value={String(each)}>
                {windowWords(each)}
              </option>
            ))}
          </select>
        </Field>
        <button type="submit" class="button" aria-disabled={busy}>
          {t("fill_preview")}
        </button>
      </form>
      <Trouble words={wrong || trouble} />
      <div role="status">{said && <Said cover={said} zone={shown.zone} currency={shown.currency} />}</div>
      {said && !said.made && said.seats > 0 && (
        <button type="button" class="button is-primary" aria-disabled={busy} onClick={ask(false)}>
          {hours === null ? t("fill_draft") : t("fill_publish")}
        </button>
      )}
    </Panel>
  );
}

function Said({ cover, zone, currency }: { cover: Cover; zone: string; currency: string }) {
  if (!cover.seats) return <p class="strong">{cover.halves_open ? t("fill_too_little", { n: cover.halves_open / 2 }) : t("fill_nothing")}</p>;
  return (
    <>
      <p class="strong">{t(cover.made ? "fill_made" : "fill_would", { n: cover.pieces.length, seats: amount(cover.seats), cost: cost(cover.cents, currency) })}</p>
      <ul class="pieces">
        {cover.pieces.map((piece) => (
          <li key={piece.begins_at + piece.ends_at}>{t("fill_piece", { from: time(piece.begins_at, zone), to: time(piece.ends_at, zone), n: piece.seats, cost: cost(piece.cents, currency) })}</li>
        ))}
      </ul>
      {cover.halves_open > 0 && <p>{t("fill_open", { n: cover.halves_open / 2 })}</p>}
    </>
  );
}
