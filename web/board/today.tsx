// The day so far: what stayed with the assistant, what agents earned, and whether every part of the system is well.
import { money } from "../shared/money";
import { foldMoney, shareOf, totalsOf } from "./figures";
import { Bars, Empty, Panel, Status, type BarRow, type View } from "./marks";
import { locale, named, percent, t } from "./speak";

const SHOWN_BRANDS = 4;
const REASONS = ["asked", "unsure", "sensitive", "repeated", "failure"] as const;

export function Assistant({ board, now }: View) {
  const { conversations, handed_off } = board.assistant;
  const aside = (
    <>
      <b>{new Intl.NumberFormat(locale).format(conversations)}</b> <span class="muted">{t("assistant_sum", { n: conversations })}</span>
    </>
  );
  return (
    <Panel id="assistant" title={t("assistant")} aside={aside} board={board} now={now}>
      {conversations ? (
        <>
          <Split contained={conversations - handed_off} handed={handed_off} />
          <Bars rows={reasonRows(board.assistant.reasons, handed_off)} caption={t("reasons_caption")} />
        </>
      ) : (
        <Empty title={t("assistant_none")} />
      )}
    </Panel>
  );
}

function Split({ contained, handed }: { contained: number; handed: number }) {
  const share = shareOf(contained, contained + handed) ?? 0;
  const edge = `${(share * 100).toFixed(2)}%`;
  return (
    <>
      <p class="two-ends muted">
        <span>
          {t("contained")} <b>{contained}</b>, {percent(share)}
        </span>
        <span>
          {t("handed_off")} <b>{handed}</b>, {percent(1 - share)}
        </span>
      </p>
      <svg class="bar is-tall" aria-hidden="true">
        <rect class="f-brand" width="100%" height="100%" />
        <rect class="f-info has-edge" width={edge} height="100%" />
      </svg>
    </>
  );
}

/** The five reasons always, so that rows do not jump; others only where they occur. */
function reasonRows(reasons: Record<string, number>, handed: number): BarRow[] {
  const known: readonly string[] = REASONS;
  return [...known, ...Object.keys(reasons).filter((reason) => !known.includes(reason))].map((reason) => {
    const count = reasons[reason] ?? 0;
    const share = shareOf(count, handed) ?? 0;
    return { name: named("reason", reason), share, fill: "brand", value: String(count), aside: percent(share) };
  });
}

export function Money({ board, now }: View) {
  const totals = totalsOf(board.accrued);
  const most = Math.max(1, ...board.accrued.map((row) => row.minor));
  const rows = foldMoney(board.accrued, SHOWN_BRANDS, t("other_brands")).map((row) => ({
    name: row.brand,
    share: row.minor / most,
    fill: "warm",
    value: money(row.minor, row.currency, locale),
  }));
  return (
    <Panel id="money" title={t("money")} board={board} now={now}>
      {rows.length ? (
        <>
          <p class="lead">
            <b class="figure is-warm">{totals.map((total) => money(total.minor, total.currency, locale)).join(" + ")}</b>{" "}
            <span class="muted">{t("money_sum")}</span>
          </p>
          <Bars rows={rows} caption={t("money")} />
        </>
      ) : (
        <Empty title={t("money_none")} />
      )}
      <p class="panel-foot muted">{t("money_line")}</p>
    </Panel>
  );
}

export function Health({ board, now }: View) {
  const well = board.health.filter((part) => part.well).length;
  return (
    <Panel id="health" title={t("health")} aside={t("health_sum", { well, n: board.health.length })} board={board} now={now}>
      <table class="people">
        <tbody>
          {board.health.map((part) => (
            <tr key={part.name}>
              <th scope="row">
                <Status tone={part.well ? "good" : "attention"}>
                  {part.name} <span class="hidden-words">{t(part.well ? "well" : "unwell")}</span>
                </Status>
              </th>
              <td class="num muted">{part.words}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
