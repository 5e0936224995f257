// Where the money is: available, pending, held, on its way, paid; each with why and until when.
import type { ComponentChildren } from "preact";
import { CHECK, CLOCK, Icon } from "../../shared/icons";
import { dayAndTime } from "../../shared/time";
import { GO, HOURGLASS, LOCK, BANK } from "./marks";
import { amount, day, locale } from "../speak";
import type { Work } from "../work";
import { Answer } from "./answer";
import { MadeOf } from "./lines";
import { TakeOut } from "./takeout";
import { payoutPath, sum, unpaidPath, type Held, type Leaving, type Pending, type Wallet } from "./wallet";
import { m } from "./words";

const when = (iso: string) => dayAndTime(iso, locale);

export function Places({ wallet, work, onChange }: { wallet: Wallet; work: Work; onChange: () => void }) {
  const { currency } = wallet;
  return (
    <>
      <ul class="places">
        <Place icon={CHECK} words={m("available")} strong sum={amount(wallet.available_cents, currency)}>
          <NextPayout wallet={wallet} />
          <MadeOf path={unpaidPath(currency)} label={m("available")} work={work} />
        </Place>
        {wallet.pending.length > 0 && (
          <Place icon={HOURGLASS} words={m("pending")} sum={amount(sum(wallet.pending), currency)}>
            {wallet.pending.map((part) => (
              <p key={part.why}>{pendingWords(part)}</p>
            ))}
          </Place>
        )}
        {wallet.held.length > 0 && (
          <Place icon={LOCK} words={m("held")} sum={amount(sum(wallet.held), currency)}>
            {wallet.held.map((part) => (
              <HeldPart key={part.case ?? part.reason} part={part} work={work} onChange={onChange} />
            ))}
          </Place>
        )}
        {wallet.on_its_way.map((payout) => (
          <Place key={payout.id} icon={GO} directed words={m("on_its_way")} sum={amount(payout.amount_cents, currency)}>
            <p>{leavingWords(payout)}</p>
            <MadeOf path={payoutPath(payout.id)} label={m("on_its_way")} work={work} />
          </Place>
        ))}
        {!wallet.units && (
          <Place icon={BANK} words={m("paid_in", { year: String(wallet.paid_year) })} sum={amount(wallet.paid_cents, currency)} />
        )}
        {wallet.owed_back_cents > 0 && (
          <Place icon={CLOCK} words={m("owed_back")} sum={amount(wallet.owed_back_cents, currency)}>
            <p>{m("owed_back_line")}</p>
          </Place>
        )}
      </ul>
      {wallet.cash_out && wallet.place && <TakeOut wallet={wallet} work={work} onDone={onChange} />}
    </>
  );
}

function Place(props: { icon: string; words: string; sum: string; strong?: boolean; directed?: boolean; children?: ComponentChildren }) {
  return (
    <li>
      <Icon d={props.icon} {...(props.directed ? { directed: true } : {})} />
      <div class="place-line">
        <span class={props.strong ? "strong" : ""}>{props.words}</span>
        <span class={`number${props.strong ? " strong" : ""}`}>{props.sum}</span>
        {props.children && <div class="small muted place-why">{props.children}</div>}
      </div>
    </li>
  );
}

function NextPayout({ wallet }: { wallet: Wallet }) {
  if (wallet.units) return null;
  if (!wallet.next) return <p>{m("next_none")}</p>;
  const now = wallet.cash_out?.closed === "" ? `, ${m("or_now")}` : "";
  return <p>{m("next_payout", { day: day(wallet.next.at), amount: amount(wallet.next.amount_cents, wallet.currency) }) + now}</p>;
}

export function pendingWords(part: Pending): string {
  if (part.why === "cooling_off") return m("pending_cooling_off", { when: part.until ? when(part.until) : "" });
  return m(part.why === "pool" ? "pending_pool" : "pending_no_account");
}

export function leavingWords(payout: Leaving): string {
  if (payout.state === "sent" && !payout.arrives_on) return m("state_sent_plain", { account: payout.masked });
  return m(`state_${payout.state}`, { account: payout.masked, day: payout.arrives_on ? day(payout.arrives_on) : "" });
}

function HeldPart({ part, work, onChange }: { part: Held; work: Work; onChange: () => void }) {
  return (
    <div>
      <p>{m(part.by ? "held_by_name" : "held_by_person", { name: part.by, why: sentence(part.reason), when: part.answer_by ? when(part.answer_by) : "" })}</p>
      {part.replied && <p>{m("answered")}</p>}
      {part.case && !part.replied && <Answer id={part.case} work={work} onSent={onChange} />}
      {part.payout && <MadeOf path={payoutPath(part.payout)} label={m("held")} work={work} />}
    </div>
  );
}

/** A person's words, ended by a stop where they gave none. */
export const sentence = (words: string): string => (/[.!?…。؟।]$/.test(words.trim()) ? words.trim() : `${words.trim()}.`);
