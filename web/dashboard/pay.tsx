// The earnings page: today or the last seven days, every chat with its lines in words.
import { useEffect, useState } from "preact/hooks";
import { serverNow, clockTime } from "../shared/time";
import { DAY_MS, earned, midnight, type Earnings, type PaidChat, type Total } from "./earnings";
import { Heading, Hint, Segments, Shell, type Face } from "./parts";
import { receiptPath } from "./route";
import { amount, day, locale, span, t } from "./speak";

type Period = "today" | "week";

export function EarningsPage({ state, work }: Face) {
  const [period, setPeriod] = useState<Period>("today");
  const [page, setPage] = useState<Earnings | null>(null);
  const chats = state.desk?.chats_today;
  useEffect(() => {
    let wanted = true;
    const now_ms = serverNow();
    const since = midnight(now_ms, period === "today" ? 0 : 6);
    void work.attempt("earnings", async () => {
      const found = await earned(since, new Date(now_ms + DAY_MS));
      if (wanted) setPage(found);
    });
    return () => {
      wanted = false;
    };
  }, [period, chats]);
  return (
    <Shell state={state} work={work}>
      <div class="page-head">
        <Heading>{t("earnings")}</Heading>
        <Segments name="period" legend={t("period")} value={period} onPick={(next) => (setPage(null), setPeriod(next))} choices={[{ value: "today", words: t("today") }, { value: "week", words: t("seven_days") }]} />
      </div>
      {!page && <p class="muted">{t(state.busy === "earnings" ? "loading" : "no_answer")}</p>}
      {page && (
        <div class="two">
          <div class="stack-4">
            <Sum page={page} period={period} />
            {period === "week" && <Days days={page.days} />}
            <Lines page={page} period={period} />
          </div>
          <Balances page={page} />
        </div>
      )}
    </Shell>
  );
}

function Sum({ page, period }: { page: Earnings; period: Period }) {
  const none: Total = { currency: page.balances[0]?.currency ?? "EUR", amount_cents: 0, words: "", chats: 0 };
  return (
    <section>
      <p class="small muted number">{period === "today" ? t("today_is", { day: day(page.since) }) : t("from_to", { from: day(page.since), to: day(new Date(serverNow()).toISOString()) })}</p>
      {(page.totals.length ? page.totals : [none]).map((total) => (
        <div key={total.currency}>
          <p class={`display number${total.amount_cents ? " is-warm" : ""}`}>{amount(total.amount_cents, total.currency)}</p>
          <p class="small muted number">{t("n_chats", { n: total.chats })}</p>
        </div>
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
      <p class="small muted number">
        {dated && `${day(chat.ended_at)}, `}
        {clockTime(chat.ended_at, locale)}, {chat.brand}, {t("active", { time: span(chat.active_seconds) })}
      </p>
      {chat.lines.map((line) => (
        <p class="formula" key={line.source}>
          {line.words}
        </p>
      ))}
    </li>
  );
}

function Balances({ page }: { page: Earnings }) {
  return (
    <section class="card">
      <div class="card-head">
        <h2>{t("where_money")}</h2>
      </div>
      <dl class="receipt">
        {page.balances.map((balance) => (
          <Row key={balance.currency} balance={balance} />
        ))}
      </dl>
      {page.balances.length === 0 && <p class="muted">{t("nothing_yet")}</p>}
      <div class="above">
        <Hint>{t("ledger_hint")}</Hint>
      </div>
    </section>
  );
}

function Row({ balance }: { balance: Earnings["balances"][number] }) {
  return (
    <>
      <dt>
        {t("owed")} <small>{t("movements", { n: balance.seq })}</small>
      </dt>
      <dd class="strong is-warm">{amount(balance.amount_cents, balance.currency)}</dd>
    </>
  );
}
