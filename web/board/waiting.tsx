// Who waits: languages down, topics across; each group with its number, its oldest wait, and the shape of that wait.
import { useState } from "preact/hooks";
import { secondsSince, stopwatch } from "../shared/time";
import { gridOf, groupsAt, levelOf, OTHER, type Cell, type Grid, type GridRow, type Level, type Place } from "./figures";
import { Empty, LevelShape, Panel, type View } from "./marks";
import { languageName, shortAge, t } from "./speak";
import { Still } from "./still";
import { countedTo } from "./state";
import type { Key } from "./words/en";

const LEVELS: readonly Level[] = [0, 1, 2, 3];

const topicName = (topic: string) => (topic === OTHER ? t("other_topics") : topic);
const rowName = (language: string) => (language === OTHER ? t("other_languages") : languageName(language));

interface WaitingProps extends View {
  topics: readonly string[];
  /** Address of the admin's list of requests, for those who may see it. */
  requests: string | undefined;
  /** May this operator raise a bonus? */
  raises: boolean;
}

export function Waiting({ board, now, topics, requests, raises }: WaitingProps) {
  const [asked, setAsked] = useState<Place | null>(null);
  const grid = gridOf(board, topics);
  const to = countedTo(board, now);
  const ask: Ask = { asked, change: setAsked };
  return (
    <Panel id="waiting" title={t("waiting")} aside={<Sum grid={grid} total={board.waiting_total} to={to} />} board={board} now={now}>
      {board.waiting.length ? <Heat grid={grid} to={to} ask={ask} /> : <Empty title={t("nobody_waits")} line={t("nobody_waits_line")} />}
      {grid.beyond > 0 && <p class="muted">{t("cut_rows", { n: grid.beyond })}</p>}
      <Scale />
      {asked && <Still key={`${asked.language}/${asked.topic}`} title={`${rowName(asked.language)}, ${topicName(asked.topic)}`} groups={groupsAt(board, topics, asked)} to={to} requests={requests} raises={raises} close={() => setAsked(null)} />}
    </Panel>
  );
}

/** Which cell's requests are being looked at. */
interface Ask {
  asked: Place | null;
  change: (to: Place | null) => void;
}

function Sum({ grid, total, to }: { grid: Grid; total: number; to: number }) {
  return (
    <>
      <b>{total}</b>
      {grid.sum && (
        <>
          <span class="muted">{t("waiting_sum")}</span> <b>{stopwatch(secondsSince(grid.sum.oldest_since, to))}</b>
        </>
      )}
    </>
  );
}

function Heat({ grid, to, ask }: { grid: Grid; to: number; ask: Ask }) {
  return (
    <table class="heat">
      <thead>
        <tr>
          <th scope="col" class="heat-language">
            <span class="hidden-words">{t("language")}</span>
          </th>
          {grid.columns.map((topic) => (
            <th key={topic} scope="col" title={topicName(topic)}>
              <span class="clip">{topicName(topic)}</span>
            </th>
          ))}
          <th scope="col" class="heat-sum">
            {t("all")}
          </th>
          <th scope="col" class="heat-free" title={t("free_places")}>
            {t("free")}
          </th>
        </tr>
      </thead>
      <tbody>
        {grid.rows.map((row) => (
          <Row key={row.language} row={row} columns={grid.columns} to={to} ask={ask} />
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">{t("all")}</th>
          {grid.totals.map((cell, at) => (
            <td key={grid.columns[at]}>{cell?.waiting ?? 0}</td>
          ))}
          <td class="heat-sum">{grid.sum?.waiting ?? 0}</td>
          {/* An agent with two languages has her places in both rows: a sum would count them twice. */}
          <td class="heat-free" />
        </tr>
      </tfoot>
    </table>
  );
}

function Row({ row, columns, to, ask }: { row: GridRow; columns: string[]; to: number; ask: Ask }) {
  const name = rowName(row.language);
  return (
    <tr>
      <th scope="row" class="clip" title={name}>
        {name}
      </th>
      {row.cells.map((cell, at) => (
        <td key={columns[at]}>
          <Group cell={cell} at={{ language: row.language, topic: columns[at] ?? "" }} to={to} ask={ask} />
        </td>
      ))}
      <td class="heat-sum">
        {row.sum && (
          <span>
            <b>{row.sum.waiting}</b> {shortAge(secondsSince(row.sum.oldest_since, to))}
          </span>
        )}
      </td>
      <td class={`heat-free${row.sum && row.free === 0 ? " is-zero" : ""}`}>{row.free}</td>
    </tr>
  );
}

function Group({ cell, at, to, ask }: { cell: Cell | null; at: Place; to: number; ask: Ask }) {
  if (!cell) {
    return (
      <span class="cell is-empty">
        <span aria-hidden="true">·</span>
        <span class="hidden-words">{t("none")}</span>
      </span>
    );
  }
  const seconds = secondsSince(cell.oldest_since, to);
  const level = levelOf(seconds);
  const age = stopwatch(seconds);
  const words = t("cell", { language: rowName(at.language), topic: topicName(at.topic), n: cell.waiting, age, word: t(`word_${level}` as Key) });
  const open = ask.asked?.language === at.language && ask.asked.topic === at.topic;
  return (
    <button type="button" class={`cell is-level-${level}`} title={t("why_cell", { words })} aria-expanded={open} onClick={() => ask.change(open ? null : at)}>
      <b aria-hidden="true">{cell.waiting}</b>
      <LevelShape level={level} />
      <span aria-hidden="true">{shortAge(seconds)}</span>
      <span class="hidden-words">{words}</span>
    </button>
  );
}

function Scale() {
  return (
    <p class="scale">
      <span>{t("oldest_waits")}</span>
      {LEVELS.map((level) => (
        <span key={level} class={`key is-level-${level}`}>
          <i>
            <LevelShape level={level} />
          </i>
          {t(`level_${level}` as Key)}
        </span>
      ))}
    </p>
  );
}
