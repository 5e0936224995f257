// An offer and how it ended. The order never changes: time, price, topic, facts, context, why you, accept, decline.
import { useEffect, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import type { GiveReason, OfferCard, OfferEnd } from "../protocol";
import { useNow } from "../shared/hooks";
import { CLOCK, Icon, INFO, MONEY } from "../shared/icons";
import { languageNames } from "../shared/i18n";
import { clockTime, duration, secondsSince } from "../shared/time";
import { HOURGLASS, SPEECH } from "./marks";
import { lastOneLine } from "./pace";
import { Hint, Mark, type Face } from "./parts";
import { amount, locale, t } from "./speak";
import { endToTell, ringing } from "./state";
import type { Key } from "./words/en";

export function Offers({ state, work }: Face) {
  const offer = ringing(state);
  const end = endToTell(state);
  const beside = state.route.screen === "chat" || state.route.screen === "chats";
  if (offer) return <Offer key={offer.offer_id} offer={offer} beside={beside} state={state} work={work} />;
  if (end?.state === "declined") return <Declined end={end} beside={beside} state={state} work={work} />;
  if (end?.state === "expired") return <Expired end={end} beside={beside} state={state} work={work} />;
  return null;
}

/** A sheet on phones, a panel on wide screens. Beside a chat it leaves the rest of the screen usable. */
function Sheet({ label, beside, wide, children }: { label: string; beside: boolean; wide?: boolean; children: ComponentChildren }) {
  const sheet = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isWriting()) sheet.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      {!beside && <div class="veil" />}
      <section ref={sheet} class={`sheet${wide ? " is-wide" : ""}${beside ? " is-beside" : ""}`} role="dialog" aria-label={label} tabIndex={-1}>
        {children}
      </section>
    </>
  );
}

/** Is a message half-typed? Then the focus stays where it is. */
function isWriting(): boolean {
  const field = document.activeElement;
  return (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) && field.type !== "radio" && field.type !== "checkbox";
}

function Offer({ offer, beside, state, work }: Face & { offer: OfferCard; beside: boolean }) {
  const { brand, topic_name, language } = offer;
  const least = t("at_least", { amount: amount(offer.minimum_minor, offer.currency) });
  const busy = state.busy === "accept" || state.busy === "decline";
  return (
    <Sheet label={t("offer")} beside={beside} wide>
      <p class="hidden-words" role="alert">
        {t("offer_said", { least, topic: topic_name, brand, language: languageNames([language], locale), n: offer.seconds })}
      </p>
      <div class="offer">
        <div class="offer-main">
          <Countdown offer={offer} least={least} />
          <div class="offer-what">
            <h2 class="headline">{topic_name}</h2>
            <Facts offer={offer} />
            {offer.context && <p class="offer-context" dir="auto">{offer.context}</p>}
          </div>
          <details class="offer-fold">
            <summary>
              <Icon d={MONEY} /> {t("see_pay")}
            </summary>
            <Pay offer={offer} />
          </details>
          {offer.why.length > 0 && <Hint icon={INFO}>{t("why_you", { why: offer.why.join(", ") })}</Hint>}
          {state.trouble && <p class="error" role="alert">{state.trouble}</p>}
          <div class="offer-acts">
            <button type="button" class="button is-primary is-big" aria-disabled={busy} aria-keyshortcuts="Alt+A" onClick={() => void work.accept()}>
              {t(state.busy === "accept" ? "accepting" : "accept")} <kbd>Alt A</kbd>
            </button>
            <button type="button" class="button is-tall" aria-disabled={busy} aria-keyshortcuts="Alt+D" onClick={() => void work.decline()}>
              {t("decline")} <kbd>Alt D</kbd>
            </button>
            <p class="small muted centred">{state.desk?.pace.last_one ? lastOneLine(state.desk) : t("decline_free")}</p>
          </div>
        </div>
        {!beside && (
          <section class="offer-pay">
            <h3 class="title">{t("what_this_pays")}</h3>
            <Pay offer={offer} />
          </section>
        )}
      </div>
    </Sheet>
  );
}

const RADIUS = 32;

/** Number, words and ring say the same. */
function Countdown({ offer, least }: { offer: OfferCard; least: string }) {
  const now = useNow(200);
  const left_ms = Math.max(0, Date.parse(offer.expires_at) - now);
  const left = Math.ceil(left_ms / 1000);
  const whole = Math.max(1, Date.parse(offer.expires_at) - Date.parse(offer.offered_at));
  const part = Math.min(100, (100 * left_ms) / whole);
  return (
    <div class="offer-top">
      <div class="ring" aria-hidden="true">
        <svg viewBox="0 0 72 72">
          <circle class="ring-whole" cx="36" cy="36" r={RADIUS} />
          <circle class="ring-left" cx="36" cy="36" r={RADIUS} pathLength="100" stroke-dasharray={`${part} 100`} />
        </svg>
        <b>{left}</b>
      </div>
      <div>
        <p class="small muted number" role="timer">
          {t("seconds_left", { n: left })}
        </p>
        <p class="display is-warm number">{least}</p>
      </div>
    </div>
  );
}

function Facts({ offer }: { offer: OfferCard }) {
  const waited_s = secondsSince(offer.waits_since, useNow(1000));
  return (
    <p class="offer-facts">
      <span>
        <span class="logo" aria-hidden="true">
          {[...offer.brand][0]}
        </span>
        {offer.brand}
      </span>
      <span>
        <Icon d={SPEECH} /> {languageNames([offer.language], locale)}
      </span>
      <span class="number">
        <Icon d={CLOCK} /> {waited_s < 5 ? t("asked_now") : t("waits", { time: duration(waited_s, locale) })}
      </span>
    </p>
  );
}

function Pay({ offer }: { offer: OfferCard }) {
  return (
    <div class="pay">
      <ul>
        {offer.pay.map((line) => (
          <li key={line.kind}>{line.words}</li>
        ))}
      </ul>
      <p class="pay-sum">
        <span>{t("at_least_short")}</span> <b class="is-warm number">{amount(offer.minimum_minor, offer.currency)}</b>
      </p>
      <p class="small muted">{t("price_is_paid")}</p>
    </div>
  );
}

const REASONS: readonly [GiveReason["reason"], Key][] = [
  ["break", "reason_break"],
  ["busy", "reason_busy"],
  ["topic", "reason_topic"],
  ["language", "reason_language"],
  ["pay", "reason_pay"],
  ["other", "reason_other"],
];

function Declined({ end, beside, state, work }: Face & { end: OfferEnd; beside: boolean }) {
  return (
    <Sheet label={t("declined_title")} beside={beside}>
      <div class="stack-4">
        <div>
          <h2 class="headline">{t("declined_title")}</h2>
          <p class="muted">{t("declined_line")}</p>
        </div>
        <div class="stack">
          {REASONS.map(([reason, words]) => (
            <button key={reason} type="button" class="button is-start" onClick={() => work.giveReason(end.offer_id, reason)}>
              {t(words)}
            </button>
          ))}
        </div>
        <Onward end={end} state={state} work={work} />
        <p class="small muted centred">{t("no_reason_needed")}</p>
      </div>
    </Sheet>
  );
}

function Expired({ end, beside, state, work }: Face & { end: OfferEnd; beside: boolean }) {
  const paused = state.desk?.pause_reason === "missed" && !state.desk.willing;
  return (
    <Sheet label={t("expired_title")} beside={beside}>
      <div class="stack-4">
        <Mark icon={HOURGLASS}>{t("expired_at", { time: clockTime(end.at, locale) })}</Mark>
        <div>
          <h2 class="headline">{t("expired_title")}</h2>
          <p class="muted">{t("expired_line")}</p>
        </div>
        <Hint>{t(paused ? "missed_line" : "two_in_a_row")}</Hint>
        <Onward end={end} state={state} work={work} />
      </div>
    </Sheet>
  );
}

function Onward({ end, state, work }: Face & { end: OfferEnd }) {
  const online = state.desk?.willing;
  return (
    <div class="stack">
      <button
        type="button"
        class="button is-primary is-big"
        onClick={() => {
          work.settle(end.offer_id);
          if (!online) void work.goOnline();
        }}
      >
        {t(online ? "stay_online" : "come_back")}
      </button>
      <button
        type="button"
        class="button is-quiet"
        onClick={() => {
          work.settle(end.offer_id);
          if (online) void work.goOffline();
        }}
      >
        {t(online ? "pause_offers" : "stay_offline")}
      </button>
    </div>
  );
}
