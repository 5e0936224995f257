// The earnings page: today or the last seven days, every chat with its lines in words, and where the money is.
import { useEffect, useState } from "preact/hooks";
import { serverNow, clockTime } from "../../shared/time";
import { DAY_MS, earned, midnight, type Earnings, type PaidChat, type Total } from "../earnings";
import { Icon } from "../../shared/icons";
import { Heading, Hint, Segments, Shell, type Face } from "../parts";
import { receiptPath } from "../route";
import { amount, day, locale, span, t } from "../speak";
import { AccountCard } from "./account";
import { Invite } from "./invite";
import { OpenCases, Past, Statements } from "./papers";
import { Places } from "./places";
import { QUESTION } from "./marks";
import { Meter } from "./meter";
import { cases as openCases, guarantee, money as whereItIs, type Cases, type Guarantee, type Money } from "./wallet";
import { m, type MoneyKey } from "./words";

type Period = "today" | "week";

export function Page({ state, work }: Face) {
  const [period, setPeriod] = useState<Period>("today");
  const [page, setPage] = useState<Earnings | null>(null);
  const [purse, setPurse] = useState<[Money, Cases, Guarantee | null] | null>(null);
  const [again, setAgain] = useState(0);
  const refresh = () => setAgain((times) => times + 1);
  const chats = state.desk?.chats_today;
  useEffect(() => {
    let wanted = true;
    const now_ms = serverNow();
    const since = midnight(now_ms, period === "today" ? 0 : 6);
    void work.attempt("earnings", async () => {
      const [found, ...told] = await Promise.all([earned(since, new Date(now_ms + DAY_MS)), whereItIs(), openCases(), guarantee()]);
      if (!wanted) return;
      setPage(found);
      setPurse(told);
    });
    return () => {
      wanted = false;
    };
  }, [period, chats, again]);
  return (
    <Shell state={state} work={work}>
      <div class="page-head">
        <Heading>{t("earnings")}</Heading>
        <Segments name="period" legend={t("period")} value={period} onPick={(next) => (setPage(null), setPeriod(next))} choices={[{ value: "today", words: t("today") }, { value: "week", words: t("seven_days") }]} />
      </div>
      {!page && state.busy === "earnings" && <p class="muted" role="status">{t("loading")}</p>}
      {!page && state.busy !== "earnings" && (
        <div class="line" role="alert">
          <p>{t("no_answer")}</p>
          <button type="button" class="button" onClick={refresh}>
            {t("try_now")}
          </button>
        </div>
      )}
      {page && (
        <div class="two earn">
          <div class="stack-4">
            <Sum page={page} period={period} />
            <div class="stack-4 earn-rest">
              {purse && <OpenCases cases={purse[1]} work={work} onChange={refresh} />}
              {period === "week" && <Days days={page.days} />}
              <Lines page={page} period={period} />
            </div>
          </div>
          {purse && <Purse money={purse[0]} shift={purse[2]} state={state} work={work} onChange={refresh} />}
        </div>
      )}
    </Shell>
  );
}

function Purse({ money, shift, state, work, onChange }: Face & { money: Money; shift: Guarantee | null; onChange: () => void }) {
  return (
    <div class="stack-4">
      {shift && <Meter shift={shift} />}
      <section class="card">
        <div class="card-head">
          <h2>{t("where_money")}</h2>
        </div>
        {money.wallets.map((wallet) => (
          <Places key={wallet.currency} wallet={wallet} work={work} onChange={onChange} />
        ))}
        {money.wallets.length === 0 && <p class="muted">{t("nothing_yet")}</p>}
      </section>
      <div class="stack-4 earn-rest">
        <AccountCard money={money} state={state} work={work} onChange={onChange} />
        {money.wallets.map((wallet) => (
          <Past key={wallet.currency} wallet={wallet} work={work} />
        ))}
        <Statements money={money} />
        <Invite work={work} />
        <Hint>{t("ledger_hint")}</Hint>
      </div>
    </div>
  );
}

function Sum({ page, period }: { page: Earnings; period: Period }) {
  const none: Total = { currency: page.balances[0]?.currency ?? "EUR", amount_cents: 0, words: "", chats: 0, tips_cents: 0 };
  return (
    <section>
      <p class="small muted number">{period === "today" ? t("today_is", { day: day(page.since) }) : t("from_to", { from: day(page.since), to: day(new Date(serverNow()).toISOString()) })}</p>
      {(page.totals.length ? page.totals : [none]).map((total) => (
        <div key={total.currency}>
          <p class={`display number${total.amount_cents ? " is-warm" : ""}`}>{amount(total.amount_cents, total.currency)}</p>
          <p class="small muted number">{t("n_chats", { n: total.chats })}</p>
          {total.tips_cents > 0 && (
            <p class="small number">
              <b>{m("tips")} {amount(total.tips_cents, total.currency)}</b> <span class="muted">{m("tips_line")}</span>
            </p>
          )}
        </div>
      ))}
      {page.per_hour.map((hour) => (
        <p class="small number" key={hour.currency}>
          {m("per_hour")}: <b>{amount(hour.amount_cents, hour.currency)}</b> <span class="muted">{m("per_hour_in", { time: span(hour.online_seconds) })}. {m("per_hour_line")}</span>
        </p>
      ))}
    </section>
  );
}

function Days({ days }: { days: Earnings["days"] }) {
  if (!days.length) return null;
  const most = Math.max(...days.map((total) => total.amount_cents), 1);
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t("days")}</h2>
      </div>
      <ul class="bars">
        {days.map((total) => (
          <li key={`${total.day}${total.currency}`}>
            <span class="small">{day(total.day)}</span>
            <svg class="bar" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">
              <rect width={Math.max(1, (100 * total.amount_cents) / most)} height="12" />
            </svg>
            <span class="small muted number">{t("n_chats", { n: total.chats })}</span>
            <b class="number">{amount(total.amount_cents, total.currency)}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Lines({ page, period }: { page: Earnings; period: Period }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t("lines")}</h2>
        <span class="small muted number">{t("n_chats", { n: page.engagements.length })}</span>
      </div>
      {page.engagements.length === 0 && <p class="muted">{t(period === "today" ? "no_chats_today" : "no_chats_week")}</p>}
      <ul class="pay-lines">
        {page.engagements.map((chat) => (
          <Paid key={chat.engagement_id} chat={chat} dated={period === "week"} />
        ))}
      </ul>
      {page.older_until && <p class="small muted above">{t("list_cut")}</p>}
    </section>
  );
}

function Paid({ chat, dated }: { chat: PaidChat; dated: boolean }) {
  return (
    <li>
      <div class="paid-head">
        <h3>
          <a class="row-link" href={receiptPath(chat.engagement_id)}>
            {chat.topic}
          </a>
        </h3>
        <b class="number">{amount(chat.amount_cents, chat.currency)}</b>
      </div>
      <div class="paid-under">
        <p class="small muted number">
          {dated && `${day(chat.ended_at)}, `}
          {clockTime(chat.ended_at, locale)}, {chat.brand}, {t("active", { time: span(chat.active_seconds) })}
        </p>
        <Asked chat={chat} />
      </div>
      {chat.lines.map((line) => (
        <p class="formula" key={line.source}>
          {line.words}
        </p>
      ))}
    </li>
  );
}

/** The way to a dispute, and how one stands: each line has its own on the receipt. */
function Asked({ chat }: { chat: PaidChat }) {
  const line = chat.lines.find(({ dispute }) => dispute === "open") ?? chat.lines.find(({ dispute }) => dispute);
  const words = !line ? m("line_dispute") : line.dispute === "open" ? m("line_asked", { day: line.answer_by ? day(line.answer_by) : "" }) : m(`line_${line.dispute}` as MoneyKey);
  return (
    <a class={`link paid-asked${line?.dispute === "open" ? " is-info" : ""}`} href={receiptPath(chat.engagement_id)} aria-label={`${words}: ${chat.topic}`}>
      {line?.dispute === "open" && <Icon d={QUESTION} size="small" />}
      {words}
    </a>
  );
}
