// Three drawings over the same half hours: requests with their band, seats against what is needed, service expected.
// Shapes are drawn in units of half hours and stretched; words stand beside them in percent, so that nothing is measured.
import type { ComponentChildren } from "preact";
import type { Half } from "./api";
import { labelledOf, scaleOf } from "./figures";
import { amount, percent, t, time } from "./speak";

const [LEFT, RIGHT, TOP, BOTTOM] = [9, 99, 6, 84];
const pc = (value: number) => `${value.toFixed(2)}%`;

interface FrameProps {
  halves: readonly Half[];
  zone: string;
  top: number;
  ticks: readonly number[];
  label: string;
  said?: (tick: number) => string;
  marks?: ComponentChildren;
  children: ComponentChildren;
}

const yOf = (value: number, top: number) => BOTTOM - (value / top) * (BOTTOM - TOP);
const xOf = (at: number, count: number) => LEFT + (at / count) * (RIGHT - LEFT);

function Frame({ halves, zone, top, ticks, label, said = amount, marks, children }: FrameProps) {
  const labelled = labelledOf(halves);
  return (
    <svg class="chart is-day" role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line class={tick === 0 ? "is-grid-strong" : "is-grid"} x1={pc(LEFT)} x2={pc(RIGHT)} y1={pc(yOf(tick, top))} y2={pc(yOf(tick, top))} />
          <text class="is-end" x={pc(LEFT - 1)} y={pc(yOf(tick, top))} dy="5">
            {said(tick)}
          </text>
        </g>
      ))}
      <svg x={pc(LEFT)} width={pc(RIGHT - LEFT)} y={pc(TOP)} height={pc(BOTTOM - TOP)} viewBox={`0 0 ${halves.length} 1000`} preserveAspectRatio="none">
        {children}
      </svg>
      {marks}
      {[...labelled].map((at, n) => (
        <text key={at} class={`is-middle${n % 2 ? " is-second" : ""}`} x={pc(xOf(at, halves.length))} y="98%">
          {time(halves[at]?.at ?? "", zone)}
        </text>
      ))}
    </svg>
  );
}

const up = (value: number, top: number) => 1000 * (1 - Math.min(value, top) / top);
const steps = (values: readonly number[], top: number) => values.map((value, at) => `${at},${up(value, top).toFixed(1)} ${at + 1},${up(value, top).toFixed(1)}`).join(" ");

interface ChartProps {
  halves: readonly Half[];
  zone: string;
}

export function Requests({ halves, zone }: ChartProps) {
  const { top, ticks } = scaleOf(Math.max(...halves.map((half) => Math.max(half.high, half.came ?? 0))));
  const middles = halves.map((half, at) => `${at + 0.5},${up(half.middle, top).toFixed(1)}`).join(" ");
  const highs = halves.map((half, at) => `${at + 0.5},${up(half.high, top).toFixed(1)}`);
  const lows = halves.map((half, at) => `${at + 0.5},${up(half.low, top).toFixed(1)}`).reverse();
  const most = halves.reduce((best, half) => (half.middle > best.middle ? half : best), halves[0] as Half);
  const label = t("requests_chart", { time: time(most.at, zone), middle: amount(most.middle), low: amount(most.low), high: amount(most.high) });
  const came = halves.flatMap((half, at) => (half.came === null ? [] : [{ at, came: half.came }]));
  const marks = came.map(({ at, came: value }) => <circle key={at} class="f-ink" r="3" cx={pc(xOf(at + 0.5, halves.length))} cy={pc(yOf(value, top))} />);
  return (
    <Frame halves={halves} zone={zone} top={top} ticks={ticks} label={label} marks={marks}>
      <polygon class="f-band" points={[...highs, ...lows].join(" ")} />
      <polyline class="is-thin-line" points={middles} />
    </Frame>
  );
}

export function Seats({ halves, zone }: ChartProps) {
  const { top, ticks } = scaleOf(Math.max(...halves.map((half) => Math.max(half.needed, half.planned))) + 0.5);
  const short = halves.filter((half) => half.short).length;
  const label = short ? t("seats_chart_short", { n: short }) : t("seats_chart");
  const bar = (name: string, at: number, from: number, to: number) =>
    to > from && <rect key={`${name}${at}`} class={name} x={at + 0.08} width="0.84" y={up(to, top)} height={up(from, top) - up(to, top)} />;
  const holes = halves.flatMap((half, at) => (half.short && !halves[at - 1]?.short ? [at] : []));
  const marks = holes.map((at) => {
    let until = at;
    while (halves[until + 1]?.short) until += 1;
    const most = Math.max(...halves.slice(at, until + 1).map((half) => half.short));
    const peak = Math.max(...halves.slice(at, until + 1).map((half) => half.needed));
    return (
      <text key={at} class="is-short is-middle has-halo" x={pc(xOf((at + until + 1) / 2, halves.length))} y={pc(yOf(peak, top))} dy="-5">
        {`−${most}`}
      </text>
    );
  });
  return (
    <Frame halves={halves} zone={zone} top={top} ticks={ticks} label={label} marks={marks}>
      {halves.map((half, at) => [
        bar("f-held", at, 0, half.held),
        bar("f-published", at, half.held, half.published),
        bar("f-drafted", at, Math.max(half.held, half.published), half.planned),
        bar("f-hole", at, half.planned, half.needed),
      ])}
      <polyline class="is-need-line" points={steps(halves.map((half) => half.needed), top)} />
    </Frame>
  );
}

export function ServiceDay({ halves, zone, goal }: ChartProps & { goal: number }) {
  const below = halves.filter((half) => half.middle >= 0.25 && half.served < goal).length;
  const label = t("service_chart", { goal: percent(goal), n: below });
  const marks = (
    <text class="is-brand is-end has-halo" x={pc(RIGHT - 0.5)} y={pc(yOf(goal, 1))} dy="-5">
      {t("goal_mark", { goal: percent(goal) })}
    </text>
  );
  return (
    <Frame halves={halves} zone={zone} top={1} ticks={[0, 0.5, 1]} label={label} said={(tick) => `${Math.round(tick * 100)}`} marks={marks}>
      <rect class="f-soft" x="0" width={halves.length} y="0" height={up(goal, 1)} />
      <polyline class="is-held-line" points={steps(halves.map((half) => half.served_held), 1)} />
      <polyline class="is-thin-line" points={steps(halves.map((half) => half.served), 1)} />
    </Frame>
  );
}

/** Every number behind the drawings. */
export function DayTable({ halves, zone, currency, cost }: ChartProps & { currency: string; cost: (minor: number, currency: string) => string }) {
  return (
    <details class="numbers">
      <summary>{t("as_table")}</summary>
      <div class="scroller" role="region" aria-label={t("as_table")} tabindex={0}>
        <table class="people">
          <thead>
            <tr>
              {([t("col_time"), t("col_requests"), t("col_band"), t("col_came"), t("col_needed"), t("col_planned"), t("col_published"), t("col_held"), t("col_short"), t("col_service"), t("col_cost")] as const).map((name) => (
                <th key={name} scope="col" class={name === t("col_time") ? "" : "num"}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {halves.map((half) => (
              <tr key={half.at}>
                <th scope="row">{time(half.at, zone)}</th>
                <td class="num">{amount(half.middle)}</td>
                <td class="num">{t("from_to", { from: amount(half.low), to: amount(half.high) })}</td>
                <td class="num">{half.came === null ? "" : amount(half.came)}</td>
                <td class="num">{half.needed}</td>
                <td class="num">{half.planned}</td>
                <td class="num">{half.published}</td>
                <td class="num">{half.held}</td>
                <td class={`num${half.short ? " is-short strong" : ""}`}>{half.short || ""}</td>
                <td class="num">{percent(half.served)}</td>
                <td class="num">{cost(half.cents, currency)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
