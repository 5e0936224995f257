// What stays: statements to keep, payouts of before, lines in dispute, and what a person wants back.
import { dayAndTime } from "../../shared/time";
import { amount, day, locale } from "../speak";
import type { Work } from "../work";
import { Answer } from "./answer";
import { receiptPath } from "../route";
import { MadeOf, moneyLineName } from "./lines";
import { leavingWords, sentence } from "./places";
import { payoutPath, statementPath, type Cases, type Dispute, type Measure, type Money, type Wallet } from "./wallet";
import { m, type MoneyKey } from "./words";

const KINDS = ["pdf", "csv", "json"] as const;
const when = (iso: string) => dayAndTime(iso, locale);

export function monthName(month: string): string {
  return new Intl.DateTimeFormat(locale, { month: "long", year: "numeric" }).format(new Date(`${month}-15T12:00:00`));
}

export function Statements({ money }: { money: Money }) {
  const many = new Set(money.statements.map(({ currency }) => currency)).size > 1;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{m("statements")}</h2>
      </div>
      {money.statements.length === 0 && <p class="muted">{m("statement_none")}</p>}
      <ul class="rows">
        {money.statements.map(({ currency, month }) => (
          <li key={currency + month}>
            <span class="grow">{monthName(month) + (many ? `, ${currency}` : "")}</span>
            {KINDS.map((kind) => (
              <a key={kind} class="link file-link" href={statementPath(currency, month, kind)} download aria-label={m("statement_file", { month: monthName(month), kind: kind.toUpperCase() })}>
                {kind.toUpperCase()}
              </a>
            ))}
          </li>
        ))}
      </ul>
      <p class="small muted">{m("statement_line")}</p>
    </section>
  );
}

export function Past({ wallet, work }: { wallet: Wallet; work: Work }) {
  if (!wallet.past.length) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{m("last_payouts")}</h2>
      </div>
      <ul class="past">
        {wallet.past.map((payout) => (
          <li key={payout.id}>
            <span>
              {day(payout.since)} <span class="small muted">{leavingWords(payout)}</span>
            </span>
            <span class="number">{amount(payout.amount_cents, wallet.currency)}</span>
            <div class="small muted place-why">
              <MadeOf path={payoutPath(payout.id)} label={`${m("last_payouts")}, ${day(payout.since)}`} work={work} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function OpenCases({ cases, work, onChange }: { cases: Cases; work: Work; onChange: () => void }) {
  const announced = cases.clawbacks.filter((measure) => measure.state === "open");
  const decided = [...cases.holds, ...cases.clawbacks].filter((measure) => measure.state !== "open");
  return (
    <>
      {announced.length > 0 && (
        <section class="card stack">
          <h2 class="strong">{m("clawbacks")}</h2>
          {announced.map((measure) => (
            <div key={measure.id}>
              <p>{m(measure.by ? "clawback_by" : "clawback_line", { name: measure.by, amount: amount(measure.amount_cents, measure.currency), why: sentence(measure.reason), when: when(measure.answer_by) })}</p>
              {measure.reply ? <p class="small muted">{m("answered")}</p> : <Answer id={measure.id} work={work} onSent={onChange} />}
            </div>
          ))}
        </section>
      )}
      {cases.disputes.length > 0 && (
        <section class="card">
          <div class="card-head">
            <h2>{m("disputes")}</h2>
          </div>
          <ul class="rows">
            {cases.disputes.map((dispute) => (
              <Disputed key={dispute.id} dispute={dispute} />
            ))}
          </ul>
        </section>
      )}
      <Decided measures={decided} />
    </>
  );
}

function Disputed({ dispute }: { dispute: Dispute }) {
  const { of } = dispute;
  const what = of && `${moneyLineName(of.kind)}, ${amount(of.amount_cents, of.currency)}, ${day(of.at)}`;
  return (
    <li>
      <span class="grow">
        {of?.engagement_id ? <a class="row-link strong number" href={receiptPath(of.engagement_id)}>{what}</a> : <b class="number">{what}</b>}
        <br />
        <q dir="auto">{dispute.words}</q> <span class="small muted">{disputeWords(dispute)}</span>
      </span>
    </li>
  );
}

/** What people decided about holds and clawbacks: what came of it, who says so, and why. */
function Decided({ measures }: { measures: readonly Measure[] }) {
  if (!measures.length) return null;
  return (
    <section class="card">
      <div class="card-head">
        <h2>{m("decided")}</h2>
      </div>
      <ul class="rows">
        {measures.map((measure) => (
          <li key={measure.id}>
            <span class="grow">
              {m(`measure_${measure.state}` as MoneyKey, { amount: amount(measure.amount_cents, measure.currency) })}{" "}
              <span class="small muted">{m("decided_by", { name: measure.decided_by || m("a_person"), day: day(measure.decided_at ?? measure.answer_by), why: measure.decision })}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function disputeWords(dispute: Dispute): string {
  if (dispute.state === "open") return m("dispute_until", { when: when(dispute.answer_by) });
  return m(`dispute_${dispute.state}`, { name: dispute.decided_by || m("a_person"), why: sentence(dispute.decision) });
}
