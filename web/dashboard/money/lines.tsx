// What a sum is made of: fetched when it is opened, newest first, a page at a time.
import { useState } from "preact/hooks";
import { dayAndTime } from "../../shared/time";
import { receiptPath } from "../route";
import { amount, locale, t } from "../speak";
import { lineName } from "../wrapup";
import type { Work } from "../work";
import { madeOf, type MoneyLine, type MoneyLines } from "./wallet";
import { m, type MoneyKey } from "./words";

interface Props {
  path: string;
  label: string;
  work: Work;
}

export function MadeOf({ path, label, work }: Props) {
  const [pages, setPages] = useState<readonly MoneyLines[]>([]);
  const [failed, setFailed] = useState(false);
  const last = pages.at(-1);
  const fetch = async (before: number | null) => {
    setFailed(false);
    setFailed(!(await work.attempt("lines", async () => { const next = await madeOf(path, before); setPages((known) => [...known, next]); })));
  };
  const toggled = ({ currentTarget }: { currentTarget: HTMLDetailsElement }) => {
    if (currentTarget.open && !pages.length) void fetch(null);
  };
  return (
    <details class="made-of" onToggle={toggled}>
      <summary aria-label={m("made_of_whom", { what: label })}>{m("made_of")}</summary>
      {!last && !failed && <p role="status">{t("loading")}</p>}
      {failed && (
        <button type="button" class="link" onClick={() => void fetch(last?.before ?? null)}>
          {t("try_now")}
        </button>
      )}
      {last && (
        <>
          <ul>
            {pages.flatMap((page) => page.lines.map((line) => <OneLine key={line.id} line={line} currency={page.currency} />))}
          </ul>
          {last.count === 0 && <p>{m("no_lines")}</p>}
          {last.before && (
            <button type="button" class="link" onClick={() => void fetch(last.before)}>
              {m("more_lines")}
            </button>
          )}
          {last.count > 0 && (
            <p class="made-of-sum number">
              <span>{m("lines_sum", { n: last.count })}</span>
              <span>{amount(last.total_cents, last.currency)}</span>
            </p>
          )}
        </>
      )}
    </details>
  );
}

function OneLine({ line, currency }: { line: MoneyLine; currency: string }) {
  const name = moneyLineName(line.kind);
  const formula = line.words === amount(line.amount_cents, currency).replace("\u00a0", " ") ? "" : line.words;
  return (
    <li>
      <span>
        {line.engagement_id ? <a class="row-link" href={receiptPath(line.engagement_id)}>{name}</a> : name}
        <small class="number">
          {dayAndTime(line.at, locale)}
          {formula && line.kind !== "per_chat" ? `, ${formula}` : ""}
          {line.reason && `, ${line.reason}`}
        </small>
      </span>
      <span class="number">{amount(line.amount_cents, currency)}</span>
    </li>
  );
}

/** The ledger's kind of line as a person says it. */
export const moneyLineName = (kind: string): string => m(`kind_${kind}` as MoneyKey) || lineName(kind);
