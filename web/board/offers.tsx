// What became of the offers of the last hour, and how fast they were answered.
import type { BoardOffers } from "../protocol";
import { shareOf } from "./figures";
import { Bars, Empty, Lead, Panel, type BarRow, type View } from "./marks";
import { locale, named, percent, t } from "./speak";
import type { Key } from "./words/en";

const KINDS: readonly { words: Key; count: (offers: BoardOffers) => number; fill: string }[] = [
  { words: "offered", count: (offers) => offers.offered, fill: "control" },
  { words: "accepted", count: (offers) => offers.accepted, fill: "brand" },
  { words: "declined", count: (offers) => offers.declined, fill: "info" },
  { words: "missed", count: (offers) => offers.expired, fill: "attention" },
  { words: "withdrawn", count: (offers) => offers.withdrawn, fill: "control" },
  { words: "ringing_now", count: (offers) => offers.open, fill: "brand-mid" },
];

export function Offers({ board, now }: View) {
  const { offers } = board;
  // What still rings has not been answered either way.
  const accepted = shareOf(offers.accepted, offers.offered - offers.open);
  return (
    <Panel id="offers" title={t("offers")} board={board} now={now}>
      {offers.offered ? (
        <>
          <Lead figure={accepted === null ? "–" : percent(accepted)} words={t("accepted_share")} />
          <Bars rows={KINDS.map((kind) => row(kind, offers))} caption={t("offers")} />
          <Reasons reasons={offers.reasons} />
          <dl class="facts panel-foot">
            <Fact name={t("median")} seconds={offers.median_answer_s} />
            <Fact name={t("p95")} seconds={offers.p95_answer_s} />
          </dl>
        </>
      ) : (
        <Empty title={t("offers_none")} />
      )}
    </Panel>
  );
}

function row(kind: (typeof KINDS)[number], offers: BoardOffers): BarRow {
  const count = kind.count(offers);
  const share = shareOf(count, offers.offered) ?? 0;
  const aside = kind.words === "offered" ? "" : percent(share);
  return { name: t(kind.words), share, fill: kind.fill, value: new Intl.NumberFormat(locale).format(count), aside };
}

function Reasons({ reasons }: { reasons: Record<string, number> }) {
  const given = Object.entries(reasons).sort(([, a], [, b]) => b - a);
  if (!given.length) return null;
  return <p class="muted clip">{t("declined_for", { reasons: given.map(([reason, n]) => named("decline", reason, { n })).join(", ") })}</p>;
}

function Fact({ name, seconds }: { name: string; seconds: number | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{seconds === null ? "–" : t("seconds", { n: seconds })}</dd>
    </div>
  );
}
