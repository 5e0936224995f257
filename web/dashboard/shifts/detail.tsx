// One shift in full: what it is, how it stands, until when what can be done, and the acts.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { languageNames } from "../../shared/i18n";
import { Icon } from "../../shared/icons";
import { Segments, type Face } from "../parts";
import { amount, locale, t } from "../speak";
import type { Acts } from "./acts";
import { LEFT } from "./marks";
import { PassOn } from "./pass";
import { claim, giveBack, minutes, takeOver, unwait, unwish, wait, type Card } from "./plan";
import { SaidLine } from "./said";
import { length, moment, rate, until, when } from "./say";
import type { Seen } from "./seen";
import { StatusMark } from "./week";
import { s } from "./words";

export interface DetailProps extends Face {
  card: Card;
  seen: Seen;
  acts: Acts;
  closed: boolean;
}

export function Detail({ card, ...face }: Omit<DetailProps, "card"> & { card: Card | null }) {
  const top = useRef<HTMLElement>(null);
  useEffect(() => {
    top.current?.scrollIntoView({ block: "nearest" });
    top.current?.querySelector("h2")?.focus({ preventScroll: true });
  }, []);
  const monday = face.seen.monday;
  return (
    <section class="card stack-4 shift-detail" ref={top}>
      <a class="back" href={`/agent/shifts/${monday}`}>
        <Icon d={LEFT} directed /> {s("back_to_week")}
      </a>
      {card ? <Told card={card} {...face} /> : <Gone />}
    </section>
  );
}

function Gone() {
  return (
    <>
      <h2 class="title" tabIndex={-1} data-start>{s("not_found")}</h2>
      <p class="muted">{s("not_found_line")}</p>
    </>
  );
}

function Told({ card, ...face }: DetailProps) {
  const zone = face.seen.terms.timezone;
  const least = Math.floor((card.rate_cents * minutes(card)) / 60);
  const time = length(minutes(card));
  return (
    <>
      <div class="detail-head">
        <h2 class="title" tabIndex={-1} data-start>{when(card, zone)}</h2>
        <StatusMark card={card} />
      </div>
      <p>
        <b>{card.brand}</b>, {card.topic_name}, {languageNames([card.language], locale)}
      </p>
      <p class="number">
        {least ? s("at_least", { time, least: amount(least, card.currency) }) : time} <span class="muted">({rate(card)})</span>
        {card.shift && !card.seat && <span class="muted">. {s("free_of", { free: card.shift.free, seats: card.shift.seats })}</span>}
      </p>
      <SaidLine acts={face.acts} about={card.id} />
      <What card={card} {...face} />
    </>
  );
}

function What(props: DetailProps) {
  switch (props.card.status) {
    case "wished":
    case "gathering":
      return <Wish {...props} />;
    case "yours":
    case "held_out":
      return <Mine {...props} />;
    case "offered":
      return <Offered {...props} />;
    case "free":
      return <Act {...props} words={s("claim")} done={s("claimed")} go={() => claim(props.card.id)} />;
    case "stand_by":
      return <StandBy {...props} />;
    case "refused":
    case "waiting":
    case "full":
      return <Line {...props} />;
    case "barred":
      return <p class="notice is-card">{s("barred_why", { why: props.card.shift?.why_not ?? "" })}</p>;
    default:
      return <Over {...props} />;
  }
}

/** One button that does one thing. */
export function Act({ card, acts, closed, words, done, go, quiet, undo }: DetailProps & { words: string; done: string; go: () => Promise<unknown>; quiet?: boolean; undo?: () => void }) {
  return (
    <div class="line">
      <button type="button" class={`button${quiet ? "" : " is-primary"}`} disabled={closed || acts.busy === card.id} onClick={() => void acts.act(card.id, go, done, undo)}>
        {words}
      </button>
    </div>
  );
}

const STRENGTHS = [1, 2, 3] as const;

function Wish(props: DetailProps) {
  const { card, seen, acts, closed, state } = props;
  const { shift } = card;
  const zone = seen.terms.timezone;
  const strength = shift?.wish?.state === "open" ? shift.wish.strength : 0;
  const ends = shift?.wishes_until ?? null;
  const again = () => void acts.act(card.id, () => claim(card.id, strength), s("wish_kept"));
  const open = ends && Date.parse(ends) > state.now_ms;
  return (
    <>
      <p class="muted">{open ? s(strength ? "wish_answer" : "wish_open", { when: moment(ends, zone), in: until(ends, state.now_ms) }) : s("wish_soon")}</p>
      <p class="strong">{s("strength")}</p>
      <fieldset disabled={closed || acts.busy === card.id}>
        <Segments name="strength" legend={s("strength")} value={strength} choices={STRENGTHS.map((value) => ({ value: value as number, words: s(`strength_${value}`) }))} onPick={(value) => void acts.act(card.id, () => claim(card.id, value), s("wish_kept"))} />
      </fieldset>
      {strength > 0 && <Act {...props} quiet words={s("wish_off")} done={s("wish_gone")} go={() => unwish(card.id)} undo={again} />}
    </>
  );
}

function Mine(props: DetailProps) {
  const { card, seen, state } = props;
  const { seat } = card;
  if (!seat) return null;
  const zone = seen.terms.timezone;
  const givable = Date.parse(seat.give_back_until) > state.now_ms;
  const back = moment(seat.give_back_until, zone);
  return (
    <>
      <p class="muted">{givable ? s("give_back_until", { when: back, in: until(seat.give_back_until, state.now_ms) }) : s("give_back_over", { when: back })}</p>
      {givable && <GiveBack {...props} seat={seat.id} />}
      <PassOn {...props} seat={seat} />
    </>
  );
}

function GiveBack({ seat, ...props }: DetailProps & { seat: string }) {
  const { card, seen, acts, closed } = props;
  const [sure, setSure] = useState(false);
  if (!sure)
    return (
      <div class="line">
        <button type="button" class="button" disabled={closed} onClick={() => setSure(true)}>
          {s("give_back")}
        </button>
      </div>
    );
  return (
    <Sure words={s("give_back_sure", { what: when(card, seen.terms.timezone) })}>
      <button type="button" class="button is-primary" disabled={closed || acts.busy === card.id} onClick={() => void acts.act(card.id, () => giveBack(seat), s("given_back"))}>
        {s("give_back_yes")}
      </button>
      <button type="button" class="button" onClick={() => setSure(false)}>
        {s("keep")}
      </button>
    </Sure>
  );
}

/** A question with its answers: the focus goes to it. */
export function Sure({ words, children }: { words: string; children: ComponentChildren }) {
  const asked = useRef<HTMLDivElement>(null);
  useEffect(() => asked.current?.focus(), []);
  return (
    <div class="sure stack" role="group" aria-label={words} tabIndex={-1} ref={asked}>
      <p class="strong">{words}</p>
      <div class="line">{children}</div>
    </div>
  );
}

function Offered(props: DetailProps) {
  const { swap } = props.card;
  if (!swap) return null;
  const zone = props.seen.terms.timezone;
  const wanted = swap.wanted_begins_at && swap.wanted_ends_at ? when({ begins_at: swap.wanted_begins_at, ends_at: swap.wanted_ends_at }, zone) : "";
  return (
    <>
      <p>{wanted ? s("offered_for", { name: swap.from, what: wanted }) : s("offered_line", { name: swap.from })}</p>
      {swap.why_not ? <p class="notice is-card">{s("barred_why", { why: swap.why_not })}</p> : <Act {...props} words={s("take_over")} done={s("taken_over")} go={() => takeOver(swap.id)} />}
    </>
  );
}

function StandBy(props: DetailProps) {
  return (
    <>
      <p>{s("take_line")}</p>
      <Act {...props} words={s("take")} done={s("claimed")} go={() => claim(props.card.id)} />
    </>
  );
}

function Line(props: DetailProps) {
  const { card } = props;
  const { shift } = card;
  return (
    <>
      {shift?.wish?.state === "refused" && <p class="notice is-card">{s("refused_why", { why: shift.wish.sentence })}</p>}
      <p class="muted">{shift?.waiting ? s("waiting_line", { place: shift.place ?? 1 }) : s("wait_line")}</p>
      {shift?.waiting ? <Act {...props} quiet words={s("unwait")} done={s("waits_no_more")} go={() => unwait(card.id)} undo={() => void props.acts.act(card.id, () => wait(card.id), s("waits_now"))} /> : <Act {...props} words={s("wait")} done={s("waits_now")} go={() => wait(card.id)} />}
    </>
  );
}

function Over({ card, state }: DetailProps) {
  const { seat, status } = card;
  if (status === "running")
    return (
      <div class="stack">
        <p>
          {s("running_line")} <a href="/agent/earnings">{s("running_meter")}</a>
        </p>
        {!state.desk?.willing && (
          <p>
            {s("go_online_line")} <a href="/agent/">{t("to_the_switch")}</a>
          </p>
        )}
      </div>
    );
  if (status !== "worked") return <p class="muted">{s(status === "missed" ? "missed_line" : "called_off_line")}</p>;
  return (
    <div class="stack muted">
      {seat?.late && <p>{s("came_late")}</p>}
      {(seat?.absent_seconds ?? 0) >= 60 && <p>{s("worked_away", { time: length(Math.floor((seat?.absent_seconds ?? 0) / 60)) })}</p>}
      <p>{seat?.settled_at ? <a href="/agent/earnings">{s("worked_line")}</a> : s("worked_open")}</p>
    </div>
  );
}
