// The hours of the week: a grid of half hours for mouse and keys on wide screens, times to choose on narrow ones. Both
// change the same grid, and nothing is kept until it is saved.
import { useEffect, useRef, useState } from "preact/hooks";
import { CLOSE, DOWN, Icon } from "../../shared/icons";
import type { HoursProps } from "./hours";
import { PLUS } from "./marks";
import { gridOf, HALVES, painted, partsOf, weekOf, type Grid, type Part } from "./plan";
import { SaidLine } from "./said";
import { clockMinutes, weekdayName } from "./say";
import { s } from "./words";
import { weekFrom } from "./zone";

const A_MONDAY = "2026-11-23";
const NAMES = weekFrom(A_MONDAY);
const name = (weekday: number, length: "short" | "long") => weekdayName(NAMES[weekday] ?? A_MONDAY, "UTC", length);

export function WeekHours({ chosen, acts, change }: HoursProps) {
  const [grid, setGrid] = useState<Grid>(() => gridOf(chosen.week));
  const before = JSON.stringify(gridOf(chosen.week));
  useEffect(() => setGrid(gridOf(chosen.week)), [before]);
  return (
    <section class="card stack-4 week-hours">
      <div>
        <h2 class="title">{s("your_week")}</h2>
        <p class="muted">{s("hours_line")}</p>
      </div>
      <HalfHours grid={grid} onChange={setGrid} />
      <details class="halves-list" open={!matchMedia("(min-width: 900px)").matches}>
        <summary class="strong">
          {s("times_instead")} <Icon d={DOWN} />
        </summary>
        <Days grid={grid} onChange={setGrid} />
      </details>
      <div class="line">
        <button type="button" class="button is-primary" disabled={JSON.stringify(grid) === before || acts.busy === "week"} onClick={() => void change("week", { week: weekOf(grid) }, s("week_saved"))}>
          {s("save_week")}
        </button>
        <button type="button" class="button" onClick={() => setGrid(grid.map((day, at) => (at < 5 ? (grid[0] ?? day) : day)))}>
          {s("copy_weekdays")}
        </button>
      </div>
      <SaidLine acts={acts} about="week" />
    </section>
  );
}

interface GridProps {
  grid: Grid;
  onChange: (grid: Grid) => void;
}

interface Place {
  day: number;
  half: number;
}

const MOVES: Record<string, [days: number, halves: number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Where a key leads from a place of the grid; it stops at its edges. Right to left, left is later. */
export function moved({ day, half }: Place, key: string, rtl: boolean): Place | null {
  if (key === "Home") return { day, half: 0 };
  if (key === "End") return { day, half: HALVES - 1 };
  const move = MOVES[key];
  if (!move) return null;
  const within = (value: number, most: number) => Math.max(0, Math.min(most, value));
  return { day: within(day + move[0], 6), half: within(half + (rtl ? -move[1] : move[1]), HALVES - 1) };
}

function HalfHours({ grid, onChange }: GridProps) {
  const [at, setAt] = useState<Place>({ day: 0, half: 18 });
  const table = useRef<HTMLTableElement>(null);
  const drag = useRef<{ day: number; from: number; on: boolean; grid: Grid } | null>(null);
  const focus = (place: Place) => {
    setAt(place);
    table.current?.querySelector<HTMLElement>(`[data-cell="${place.day}:${place.half}"]`)?.focus();
  };
  const keyed = (event: KeyboardEvent) => {
    const on = grid[at.day]?.[at.half] ?? false;
    const next = moved(at, event.key, getComputedStyle(event.currentTarget as Element).direction === "rtl");
    if (event.key === " " || event.key === "Enter") onChange(painted(grid, at.day, at.half, at.half, !on));
    else if (!next) return;
    else {
      if (event.shiftKey && next.day === at.day) onChange(painted(grid, at.day, at.half, next.half, on));
      focus(next);
    }
    event.preventDefault();
  };
  const begin = (place: Place) => {
    const on = !grid[place.day]?.[place.half];
    drag.current = { day: place.day, from: place.half, on, grid };
    setAt(place);
    onChange(painted(grid, place.day, place.half, place.half, on));
  };
  const over = ({ half }: Place) => {
    const held = drag.current;
    if (held) onChange(painted(held.grid, held.day, held.from, half, held.on));
  };
  useEffect(() => {
    const end = () => void (drag.current = null);
    addEventListener("pointerup", end);
    return () => removeEventListener("pointerup", end);
  }, []);
  return (
    <div class="halves-wide">
      <p class="small muted" id="halves-hint">{s("week_hint")}</p>
      <table class="halves" role="grid" aria-describedby="halves-hint" aria-label={s("your_week")} ref={table} onKeyDown={keyed}>
        <thead>
          <tr>
            <td />
            {Array.from({ length: HALVES / 2 }, (_, hour) => (
              <th key={hour} scope="col" colSpan={2} class="small muted">
                {hour % 3 === 0 ? clockMinutes(hour * 60) : ""}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grid.map((halves, day) => (
            <tr key={day}>
              <th scope="row">{name(day, "short")}</th>
              {halves.map((on, half) => (
                <td
                  key={half}
                  role="gridcell"
                  data-cell={`${day}:${half}`}
                  class={`half${on ? " is-on" : ""}`}
                  tabIndex={at.day === day && at.half === half ? 0 : -1}
                  aria-selected={on}
                  aria-label={s("cell", { day: name(day, "long"), from: clockMinutes(half * 30), to: clockMinutes(half * 30 + 30) })}
                  onFocus={() => setAt({ day, half })}
                  onPointerDown={() => begin({ day, half })}
                  onPointerEnter={() => over({ day, half })}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Days({ grid, onChange }: GridProps) {
  return (
    <ul class="rows halves-days">
      {grid.map((halves, day) => (
        <li key={day}>
          <DayParts title={name(day, "long")} parts={partsOf(halves)} onChange={(parts) => onChange(grid.map((was, at) => (at === day ? halvesOf(parts) : was)))} />
        </li>
      ))}
    </ul>
  );
}

const halvesOf = (parts: readonly Part[]): boolean[] => Array.from({ length: HALVES }, (_, half) => parts.some(({ begins, ends }) => begins < (half + 1) * 30 && ends > half * 30));

const NEW: Part = { begins: 540, ends: 1020 };

/** A day's hours, chosen from lists of times. */
export function DayParts({ title, parts, onChange }: { title: string; parts: readonly Part[]; onChange: (parts: Part[]) => void }) {
  const put = (at: number, part: Part) => onChange(parts.map((was, place) => (place === at ? part : was)));
  const last = parts.at(-1)?.ends ?? 0;
  const next = last < NEW.begins ? NEW : { begins: Math.min(last + 60, 1380), ends: Math.min(last + 180, 1440) };
  return (
    <div class="day-parts">
      <b>{title}</b>
      {parts.length === 0 && <span class="muted">{s("no_hours")}</span>}
      {parts.map((part, at) => (
        <div class="line day-part" key={at}>
          <Time label={`${title}, ${s("from")}`} value={part.begins} least={0} most={part.ends - 30} onPick={(begins) => put(at, { ...part, begins })} />
          <span aria-hidden="true">–</span>
          <Time label={`${title}, ${s("to")}`} value={part.ends} least={part.begins + 30} most={1440} onPick={(ends) => put(at, { ...part, ends })} />
          <button type="button" class="icon-button" aria-label={s("remove_hours", { what: `${title}, ${clockMinutes(part.begins)}` })} onClick={() => onChange(parts.filter((_, place) => place !== at))}>
            <Icon d={CLOSE} />
          </button>
        </div>
      ))}
      {last < 1380 && (
        <button type="button" class="button is-quiet" aria-label={`${s("add_hours")}: ${title}`} onClick={() => onChange([...parts, next])}>
          <Icon d={PLUS} size="small" /> {s("add_hours")}
        </button>
      )}
    </div>
  );
}

export function Time({ label, value, least, most, onPick }: { label: string; value: number; least: number; most: number; onPick: (minute: number) => void }) {
  const times = Array.from({ length: HALVES + 1 }, (_, half) => half * 30).filter((minute) => minute >= least && minute <= most);
  return (
    <select class="input time-pick" aria-label={label} value={String(value)} onChange={({ currentTarget }) => onPick(Number(currentTarget.value))}>
      {times.map((minute) => (
        <option key={minute} value={String(minute)}>
          {clockMinutes(minute)}
        </option>
      ))}
    </select>
  );
}
