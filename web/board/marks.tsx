// The small parts of all panels: the panel itself, bars, shapes of a level, a word with its shape.
import type { ComponentChildren } from "preact";
import type { Board } from "../protocol";
import { ALERT, CLOCK, Icon } from "../shared/icons";
import type { Level } from "./figures";
import { span, t } from "./speak";
import { ageMs, isStale } from "./state";

/** What a panel shows: the picture and the server's time. */
export interface View {
  board: Board;
  now: number;
}

export type Tone = "good" | "attention" | "bad" | "idle";

interface PanelProps extends View {
  id: string;
  title: string;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

/** A named part of the board. Once the picture is stale, it says its age. */
export function Panel({ id, title, aside, children, board, now }: PanelProps) {
  return (
    <section class={`panel is-${id}`} aria-labelledby={`h-${id}`}>
      <div class="panel-head">
        <h2 id={`h-${id}`}>{title}</h2>
        {aside && <p class="panel-aside">{aside}</p>}
        {isStale(board, now) && (
          <span class="age">
            <Icon d={CLOCK} size="small" />
            {t("old", { age: span(ageMs(board, now) / 1000) })}
          </span>
        )}
      </div>
      {children}
    </section>
  );
}

export function Lead({ figure, words, tone }: { figure: string; words: string; tone?: Tone | undefined }) {
  return (
    <p class="lead">
      <b class={`figure${tone ? ` is-${tone}` : ""}`}>{figure}</b> <span class="muted">{words}</span>
    </p>
  );
}

export function Empty({ title, line }: { title: string; line?: string }) {
  return (
    <div class="empty">
      <p class="strong">{title}</p>
      {line && <p class="muted">{line}</p>}
    </div>
  );
}

/** A length from 0 to 1, drawn in the colour named by `fill`. The number stands beside it. */
export function Bar({ share, fill }: { share: number; fill: string }) {
  const width = Math.max(0, Math.min(1, share)) * 100;
  return (
    <svg class="bar" aria-hidden="true">
      <rect class="f-sunken" width="100%" height="100%" />
      <rect class={`f-${fill}`} width={`${width.toFixed(1)}%`} height="100%" />
    </svg>
  );
}

export interface BarRow {
  name: string;
  share: number;
  fill: string;
  value: string;
  aside?: string;
}

export function Bars({ rows, caption }: { rows: BarRow[]; caption: string }) {
  return (
    <table class="bars">
      <caption class="hidden-words">{caption}</caption>
      <tbody>
        {rows.map((row) => (
          <tr key={row.name}>
            <th scope="row">{row.name}</th>
            <td class="track">
              <Bar share={row.share} fill={row.fill} />
            </td>
            <td class="num strong">{row.value}</td>
            {row.aside !== undefined && <td class="num muted">{row.aside}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const LEVELS = ["M2.5 6a3.500 3.500 0 1 0 7 0a3.500 3.500 0 1 0-7 0Z", "M6 1.500 10.500 6 6 10.500 1.500 6Z", "M2 2h8v8H2Z", "M6 1 11.500 10.500H.5Z"] as const;

/** The shape of a level of waiting: dot, diamond, square, triangle. */
export function LevelShape({ level }: { level: Level }) {
  return (
    <svg class={`shape is-level-${level}`} viewBox="0 0 12 12" aria-hidden="true">
      <path d={LEVELS[level]} />
    </svg>
  );
}

const OCTAGON = "M8 3h8l5 5v8l-5 5H8l-5-5V8ZM12 8v5M12 16h.01";
const TRIANGLE = "M12 4 2.500 20h19ZM12 10v5M12 17.500h.01";
const CIRCLE = "M4 12a8 8 0 1 0 16 0a8 8 0 1 0-16 0Z";
const WELL = "M3.500 12a8.500 8.500 0 1 0 17 0a8.500 8.500 0 1 0-17 0ZM8 12.500l3 3 5-6";
const TONES: Record<Tone, string> = { good: WELL, attention: TRIANGLE, bad: OCTAGON, idle: CIRCLE };

export function ToneIcon({ tone, size }: { tone: Tone; size?: "small" | "large" }) {
  return <Icon d={TONES[tone] ?? ALERT} {...(size ? { size } : {})} />;
}

/** A word with the shape and the colour of its tone. */
export function Status({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`status is-${tone}`}>
      <ToneIcon tone={tone} size="small" />
      <span>{children}</span>
    </span>
  );
}
