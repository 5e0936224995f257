// Everything that is available, taken out now: said twice what goes where, sent once.
import { useRef, useState } from "preact/hooks";
import { amount, day, t } from "../speak";
import type { Work } from "../work";
import { takeOut, type Wallet } from "./wallet";
import { m } from "./words";

export function TakeOut({ wallet, work, onDone }: { wallet: Wallet; work: Work; onDone: () => void }) {
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState("");
  const request = useRef("");
  const { cash_out, currency, place } = wallet;
  if (!cash_out || !place) return null;
  const told = amount(cash_out.amount_cents, currency);
  const go = async () => {
    request.current ||= crypto.randomUUID(); // Pressed again after a broken line, it is still the same cash-out.
    if (!(await work.attempt("cash_out", () => takeOut(currency, request.current)))) return;
    request.current = "";
    setAsking(false);
    setDone(m("take_out_done", { amount: told }));
    onDone();
  };
  return (
    <div class="above stack">
      {!asking && cash_out.closed === "" && (
        <button type="button" class="button is-primary" onClick={() => setAsking(true)}>
          {m("take_out", { amount: told })}
        </button>
      )}
      {asking && cash_out.closed === "" && (
        <>
          <p>{m("take_out_sure", { amount: told, account: place.masked, day: cash_out.arrives_on ? day(cash_out.arrives_on) : "" })}</p>
          <div class="line">
            <button type="button" class="button is-primary" onClick={() => void go()}>
              {m("take_out_yes")}
            </button>
            <button type="button" class="button is-quiet" onClick={() => setAsking(false)}>
              {t("put_away")}
            </button>
          </div>
        </>
      )}
      {cash_out.closed === "limit" && <p class="small muted">{m("closed_limit", { amount: amount(cash_out.at_most_cents, currency) })}</p>}
      {cash_out.closed === "not_open" && <p class="small muted">{m("closed_not_open")}</p>}
      <p class="small" role="status">{done}</p>
    </div>
  );
}
