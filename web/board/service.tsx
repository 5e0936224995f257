// How many were reached in time, over four hours, against the target. Every length is an attribute in percent, so the
// drawing fits any width without being measured.
import { clockTime } from "../shared/time";
import { footOf, runsOf, serviceFit } from "./figures";
import { Empty, Lead, Panel, type Tone, type View } from "./marks";
import { locale, percent, t } from "./speak";

const QUARTER_MS = 15 * 60_000;
const [LEFT, RIGHT, TOP, BOTTOM] = [11, 96, 8, 82];
const TARGET = [0.8, 0.9] as const;
const TONES: Record<string, Tone | undefined> = { low: "attention", good: undefined, high: undefined };

export function Service({ board, now }: View) {
  const { service_now: current, service_hour: hour, service_all: all } = board;
  const judged = board.service_level.some((share) => share !== null);
  const said = (share: number | null) => (share === null ? t("not_any") : percent(share));
  return (
    <Panel id="service" title={t("service")} board={board} now={now}>
      {current === null ? (
        <Lead figure="–" words={t("service_none")} />
      ) : (
        <Lead figure={percent(current)} words={t("service_now")} tone={TONES[serviceFit(current)]} />
      )}
      {judged ? <Sparkline series={board.service_level} at={board.at} /> : <Empty title={t("service_none_all")} />}
      <p class="panel-foot muted">
        {t("last_hour")} <b>{said(hour)}</b>, {t("last_hours")} <b>{said(all)}</b>
      </p>
    </Panel>
  );
}

function Sparkline({ series, at }: { series: readonly (number | null)[]; at: string }) {
  const foot = footOf(series);
  const x = (quarter: number) => LEFT + (quarter / Math.max(1, series.length - 1)) * (RIGHT - LEFT);
  const y = (share: number) => TOP + ((1 - share) / (1 - foot)) * (BOTTOM - TOP);
  const values = series.map((share) => (share === null ? t("not_any") : percent(share))).join(", ");
  return (
    <svg class="chart is-sparkline" role="img" aria-label={t("service_chart", { values })}>
      <Ground foot={foot} y={y} />
      {runsOf(series).map((run) => run.slice(1).map((point, i) => <Stroke key={point.at} from={run[i] ?? point} to={point} x={x} y={y} />))}
      {runsOf(series).map(([first, ...rest]) => first && !rest.length && <circle key={first.at} class="f-brand" cx={pc(x(first.at))} cy={pc(y(first.share))} r="3" />)}
      <Latest series={series} x={x} y={y} />
      {[0, 0.5, 1].map((part) => (
        <text key={part} class={part === 0 ? "" : part === 1 ? "is-end" : "is-middle"} x={pc(part === 0 ? LEFT : part === 1 ? 100 : (LEFT + RIGHT) / 2)} y="98%">
          {clockTime(new Date(Date.parse(at) - (1 - part) * series.length * QUARTER_MS).toISOString(), locale)}
        </text>
      ))}
    </svg>
  );
}

type Scale = (value: number) => number;
const pc = (value: number) => `${value.toFixed(2)}%`;

function Ground({ foot, y }: { foot: number; y: Scale }) {
  const step = foot >= 0.6 ? 0.1 : foot >= 0.2 ? 0.2 : 0.25;
  const ticks = Array.from({ length: Math.floor((1 - foot) / step + 1.001) }, (_, i) => 1 - i * step);
  return (
    <>
      <rect class="f-soft" x={pc(LEFT)} width={pc(RIGHT - LEFT)} y={pc(y(TARGET[1]))} height={pc(y(TARGET[0]) - y(TARGET[1]))} />
      {ticks.map((share) => (
        <g key={share}>
          <line class="is-grid" x1={pc(LEFT)} x2={pc(RIGHT)} y1={pc(y(share))} y2={pc(y(share))} />
          <text x="0" y={pc(y(share))} dy="5">
            {Math.round(share * 100)}
          </text>
        </g>
      ))}
      <text class="is-brand has-halo" x={pc(LEFT + 1)} y={pc(y(TARGET[0]))} dy="-5">
        {t("target")}
      </text>
    </>
  );
}

interface Point {
  at: number;
  share: number;
}

function Stroke({ from, to, x, y }: { from: Point; to: Point; x: Scale; y: Scale }) {
  return <line class="is-line" x1={pc(x(from.at))} y1={pc(y(from.share))} x2={pc(x(to.at))} y2={pc(y(to.share))} />;
}

/** The last quarter of an hour: a triangle below the target, else a dot, with its number. */
function Latest({ series, x, y }: { series: readonly (number | null)[]; x: Scale; y: Scale }) {
  const share = series[series.length - 1];
  if (share === null || share === undefined) return null;
  const low = serviceFit(share) === "low";
  return (
    <>
      <svg class="is-marker" x={pc(x(series.length - 1))} y={pc(y(share))}>
        {low ? <path class="f-attention" d="M0-7 8 6H-8Z" /> : <circle class="f-brand" r="6" />}
      </svg>
      <text class="is-strong is-end has-halo" x={pc(x(series.length - 1) - 5)} y={pc(y(share))} dy={share > 0.95 ? 20 : -8}>
        {percent(share)}
      </text>
    </>
  );
}
