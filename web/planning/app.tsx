// The planning board as a whole: the rail, what is shown, the drawings, and what an operator can do about them.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Rail } from "../board/rail";
import { Status } from "../board/marks";
import * as api from "./api";
import type { Brand, Day, Goal, Half, Place, Plans } from "./api";
import { DayTable, Requests, Seats, ServiceDay } from "./charts";
import { holesOf, shownHalves, todayIn } from "./figures";
import { Fill } from "./fill";
import { GoalPanel } from "./goal";
import { Fact, Panel, said } from "./parts";
import { Runs } from "./runs";
import { Shifts } from "./shifts";
import { amount, cost, dayName, languageName, percent, t, time } from "./speak";
import { Top, Week } from "./top";
import { WhatIfs } from "./whatif";
import type { Key } from "./words/en";

interface AppProps {
  rooms: Record<string, string>;
  watches: boolean;
}

/** What the address names; the rest is the first brand, today, and the busiest class. */
function placeOf(search: string): Place {
  const asked = new URLSearchParams(search);
  const of = (name: string) => asked.get(name) ?? "";
  return { brand: of("brand"), day: /^\d{4}-\d\d-\d\d$/.test(of("day")) ? of("day") : "", topic: of("topic"), language: of("language") };
}

export function App({ rooms, watches }: AppProps) {
  const [plans, setPlans] = useState<Plans | null>(null);
  const [place, setPlace] = useState<Place>(() => placeOf(location.search));
  const [trouble, setTrouble] = useState("");
  const load = useCallback(() => {
    setTrouble("");
    api.plans().then(setPlans, (problem: unknown) => setTrouble(said(problem)));
  }, []);
  useEffect(load, []);
  useEffect(() => {
    const back = () => setPlace(placeOf(location.search));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, []);
  const go = (to: Partial<Place>) => {
    const next = { ...place, ...to };
    history.pushState(null, "", `?${new URLSearchParams(Object.entries(next).filter(([, value]) => value !== "")).toString()}`);
    setPlace(next);
  };
  const brand = plans?.brands.find((each) => each.id === place.brand) ?? plans?.brands[0];
  return (
    <div class="shell">
      <Rail
        rooms={rooms}
        here="planning"
        boards={{ ...(watches ? { board: t("board") } : {}), planning: t("planning") }}
        label={t("sections")}
        name={(room) => t(`room_${room}` as Key) || room}
      />
      <main class="board is-planning">
        {plans && brand ? (
          <Planned key={brand.id} plans={plans} brand={brand} place={{ ...place, brand: brand.id, day: place.day || todayIn(brand.zone, new Date(plans.now)) }} go={go} />
        ) : (
          <Waiting trouble={trouble} again={load} />
        )}
      </main>
    </div>
  );
}

function Waiting({ trouble, again }: { trouble: string; again: () => void }) {
  return (
    <>
      <header class="top">
        <h1>{t("planning")}</h1>
      </header>
      {trouble ? (
        <div class="alert is-attention" role="alert">
          <p>{trouble}</p>
          <button type="button" class="button" onClick={again}>
            {t("again")}
          </button>
        </div>
      ) : (
        <p class="loading muted">{t("loading")}</p>
      )}
    </>
  );
}

interface PlannedProps {
  plans: Plans;
  brand: Brand;
  place: Place;
  go: (to: Partial<Place>) => void;
}

function Planned({ plans, brand, place, go }: PlannedProps) {
  const [shown, setShown] = useState<Day | null>(null);
  const [trouble, setTrouble] = useState("");
  const [tried, setTried] = useState<Goal | null>(null);
  const asked = useRef(0);
  const reload = useCallback(() => {
    const turn = (asked.current += 1);
    const current = () => turn === asked.current;
    api.day(place, tried).then(
      (found) => {
        if (!current()) return;
        setShown(found);
        setTrouble("");
      },
      (problem: unknown) => current() && setTrouble(said(problem)),
    );
  }, [place.brand, place.day, place.topic, place.language, tried?.share, tried?.seconds]);
  useEffect(reload, [reload]);
  document.title = [t("planning"), brand.name].join(", ");
  const current = shown && shown.day === place.day && (!place.topic || shown.topic === place.topic) && (!place.language || shown.language === place.language);
  return (
    <>
      <Top brands={plans.brands} place={place} brand={brand} shown={shown} go={go} />
      {trouble && (
        <div class="alert is-attention" role="alert">
          <p>{shown ? t("old_picture", { trouble }) : trouble}</p>
          <button type="button" class="button" onClick={reload}>
            {t("again")}
          </button>
        </div>
      )}
      {shown ? (
        <div class={current && !trouble ? "planned" : "planned is-old"} aria-busy={!current}>
          <Week shown={shown} go={go} />
          <div class="grid is-planning">
            <div class="side is-main">
              <TheDay shown={shown} brand={brand} />
              <Shifts key={`shifts/${shown.day}/${shown.topic}/${shown.language}`} shown={shown} may_change={brand.may_change} reload={reload} />
            </div>
            <div class="side">
              <GoalPanel key={`${shown.staffing.share}/${shown.staffing.target_seconds}`} shown={shown} may_change={brand.may_change} tried={tried} tryOut={setTried} reload={reload} />
              <Money shown={shown} />
              {brand.may_change && <Fill key={`${shown.day}/${shown.topic}/${shown.language}`} shown={shown} tried={tried} reload={reload} />}
              {plans.may_run && <Runs first={plans.run} may_run={plans.may_run} reload={reload} />}
            </div>
            <WhatIfs shown={shown} brand={brand} />
          </div>
        </div>
      ) : (
        !trouble && <p class="loading muted">{t("loading")}</p>
      )}
    </>
  );
}

function TheDay({ shown, brand }: { shown: Day; brand: Brand }) {
  const halves = shownHalves(shown.halves);
  const holes = holesOf(shown.halves);
  const topic = brand.topics.find((each) => each.key === shown.topic)?.name ?? shown.topic;
  const empty = shown.made_at === null && shown.halves.every((half) => !half.planned);
  const until = (iso: string) => new Date(Date.parse(iso) + 1_800_000).toISOString();
  return (
    <Panel id="day" title={t("day_title", { topic, language: languageName(shown.language), day: dayName(shown.day, "long") })} aside={made(shown)}>
      {shown.made_at === null && <p class="notice is-card">{t("no_forecast")}</p>}
      {holes.length > 0 ? (
        <p class="holes">
          <Status tone="attention">{t("holes", { n: holes.length })}</Status>{" "}
          {holes.slice(0, 6).map((hole) => t("hole", { from: time(hole.from, shown.zone), to: time(until(hole.last), shown.zone), n: hole.short })).join(", ")}
          {holes.length > 6 && t("holes_more", { n: holes.length - 6 })}
        </p>
      ) : (
        shown.made_at !== null && (
          <p class="holes">
            <Status tone="good">{t("holes_none")}</Status>
          </p>
        )
      )}
      {!empty && <Drawings shown={shown} halves={halves} />}
    </Panel>
  );
}

function Drawings({ shown, halves }: { shown: Day; halves: readonly Half[] }) {
  return (
    <>
      <h3>{t("requests")}</h3>
      <p class="scale">
        <Key shape="f-band">{t("key_band")}</Key>
        <Key shape="f-brand is-line-key">{t("key_middle")}</Key>
        <Key shape="f-ink is-dot-key">{t("key_came")}</Key>
      </p>
      <Requests halves={halves} zone={shown.zone} />
      <h3>{t("seats")}</h3>
      <p class="scale">
        <Key shape="f-held">{t("key_held")}</Key>
        <Key shape="f-published">{t("key_published")}</Key>
        <Key shape="f-drafted">{t("key_drafted")}</Key>
        <Key shape="f-hole">{t("key_short")}</Key>
      </p>
      <Seats halves={halves} zone={shown.zone} />
      <h3>{t("service", { seconds: amount(shown.aim.seconds) })}</h3>
      <p class="scale">
        <Key shape="f-brand is-line-key">{t("key_served")}</Key>
        <Key shape="f-control is-line-key">{t("key_served_held")}</Key>
      </p>
      <ServiceDay halves={halves} zone={shown.zone} goal={shown.aim.share} />
      <DayTable halves={shown.halves} zone={shown.zone} currency={shown.currency} cost={cost} />
    </>
  );
}

function Key({ shape, children }: { shape: string; children: string }) {
  return (
    <span class="key">
      <svg class="key-shape" aria-hidden="true">
        <rect class={shape} width="100%" height="100%" />
      </svg>
      {children}
    </span>
  );
}

function made(shown: Day): string {
  if (!shown.made_at) return t("zone", { zone: shown.zone });
  return t("made", { method: shown.method, time: time(shown.rescaled_at ?? shown.made_at, shown.zone), zone: shown.zone });
}

function Money({ shown }: { shown: Day }) {
  const { money, currency } = shown;
  const share = money.week_budget ? money.week / money.week_budget : null;
  return (
    <Panel id="cost" title={t("guarantees")} aside={t("guarantees_aside")}>
      <dl class="facts is-three">
        <Fact name={t("cost_class_day")} value={cost(money.class_day, currency)} tone="warm" />
        <Fact name={t("cost_day")} value={cost(money.day, currency)} />
        <Fact name={t("cost_week")} value={cost(money.week, currency)} />
      </dl>
      {share !== null ? (
        <>
          <svg class="bar" aria-hidden="true">
            <rect class="f-sunken" width="100%" height="100%" />
            <rect class={share > 1 ? "f-bad" : "f-warm"} width={`${Math.min(100, share * 100).toFixed(1)}%`} height="100%" />
          </svg>
          <p class="muted">{t("budget_share", { share: percent(share), budget: cost(money.week_budget ?? 0, currency) })}</p>
        </>
      ) : (
        <p class="muted">{t("budget_none")}</p>
      )}
    </Panel>
  );
}
