// The planning board's doors, and the shapes that they answer with.
import { call } from "../shared/http";

const ROOT = "/api/v1/operator";

export interface Brand {
  id: string;
  name: string;
  zone: string;
  currency: string;
  locale: string;
  may_change: boolean;
  topics: { key: string; name: string }[];
}

export interface Run {
  id: string;
  kind: string;
  state: "asked" | "running" | "done" | "failed";
  asked_at: string;
  began_at: string | null;
  ended_at: string | null;
  seats_free: number;
  granted: number;
  refused: number;
  gap: number | null;
  finished: boolean;
  note: string;
}

export interface Plans {
  brands: Brand[];
  may_run: boolean;
  run: Run | null;
  now: string;
}

export interface Half {
  at: string;
  low: number;
  middle: number;
  high: number;
  came: number | null;
  needed: number;
  planned: number;
  published: number;
  held: number;
  short: number;
  served: number;
  served_held: number;
  abandoned: number;
  cents: number;
}

export interface Hours {
  needed: number;
  planned: number;
  published: number;
  held: number;
}

export interface ClassRow extends Hours {
  topic: string;
  name: string;
  language: string;
  requests: number;
}

export interface DayRow extends Hours {
  day: string;
  requests: number | null;
  cents: number;
}

export interface ShiftRow {
  id: string;
  begins_at: string;
  ends_at: string;
  seat_count: number;
  rate_cents: number;
  currency: string;
  state: "draft" | "published" | "closed";
  window_ends_at: string | null;
  allotted_at: string | null;
  held: number;
  missed: number;
  wishes_open: number;
}

export interface Fact {
  value: number;
  measured_from: number;
}

export interface Day {
  brand: string;
  day: string;
  zone: string;
  currency: string;
  topic: string;
  language: string;
  now: string;
  method: string;
  made_at: string | null;
  rescaled_at: string | null;
  halves: Half[];
  classes: ClassRow[];
  week: DayRow[];
  money: {
    class_day: number;
    day: number;
    week: number;
    week_budget: number | null;
    needed_seat_hours: number;
    needed_cents: number;
    service_day: number | null;
    service_needed: number | null;
  };
  aim: Goal;
  staffing: { share: number; target_seconds: number; rate_cents: number };
  rests_on: Record<"handling" | "patience" | "concurrency" | "shrinkage" | "correction", Fact>;
  shifts: ShiftRow[];
}

export interface Goal {
  share: number;
  seconds: number;
}

/** Which class of which brand on which day. An empty class is the busiest. */
export interface Place {
  brand: string;
  day: string;
  topic: string;
  language: string;
}

export interface Cover {
  made: boolean;
  pieces: { begins_at: string; ends_at: string; seats: number; cents: number }[];
  seats: number;
  cents: number;
  halves_open: number;
}

export interface Figure {
  before: number;
  after: number;
  difference: number;
  low: number;
  high: number;
}

export interface WhatIf {
  id: string;
  day: string;
  state: "asked" | "running" | "done" | "cancelled" | "failed";
  question: string;
  asked_at: string;
  days_done: number;
  days_wanted: number;
  sentence: string;
  result: null | { days: number; figures: Record<"sl20" | "abandon" | "p95_s" | "occupancy" | "customers", Figure>; halves: [number, number, number, number][] };
}

export interface Change {
  seats?: number;
  seats_topic?: string;
  seats_language?: string;
  from_minute?: number;
  until_minute?: number;
  people?: number;
  people_language?: string;
  incident?: number;
  incident_topic?: string;
  incident_language?: string;
  incident_minute?: number;
  countdown_seconds?: number;
  /** How many times as quick agents are, and how many times as many customers come. */
  speed?: number;
  arrivals?: number;
}

const query = (of: Record<string, string>) => new URLSearchParams(Object.entries(of).filter(([, value]) => value !== "")).toString();
const post = <T>(path: string, body: unknown) => call<T>(`${ROOT}/${path}`, { method: "POST", body });

export const plans = () => call<Plans>(`${ROOT}/planning`);
export const day = (place: Place, goal: Goal | null) =>
  call<Day>(`${ROOT}/planning/day?${query({ ...place, ...(goal ? { share: String(goal.share), seconds: String(goal.seconds) } : {}) })}`);
export const keepGoal = (brand: string, goal: Goal, reason: string) => post<unknown>("planning/goal", { brand, ...goal, reason });
export const make = (block: Record<string, unknown>) => post<ShiftRow>("planning/shifts", block);
export const change = (id: string, changes: Record<string, unknown>) => call<ShiftRow>(`${ROOT}/planning/shifts/${id}`, { method: "PATCH", body: changes });
export const publish = (id: string, window_hours: number) => post<ShiftRow>(`planning/shifts/${id}/publish`, { window_hours });
export const callOff = (id: string, reason: string) => post<ShiftRow>(`planning/shifts/${id}/call-off`, { reason });
export const fill = (asked: Record<string, unknown>) => post<Cover>("planning/fill", asked);
export const run = () => call<{ run: Run | null }>(`${ROOT}/planning/runs`).then(({ run }) => run);
export const askRun = () => post<{ run: Run }>("planning/runs", {}).then(({ run }) => run);
export const whatIfs = (brand: string, on: string) => call<{ what_ifs: WhatIf[] }>(`${ROOT}/what-ifs?${query({ brand, day: on })}`).then(({ what_ifs }) => what_ifs);
export const askWhatIf = (brand: string, on: string, asked: Change) => post<WhatIf>("what-ifs", { brand, day: on, change: asked });
export const cancelWhatIf = (id: string) => call<WhatIf>(`${ROOT}/what-ifs/${id}`, { method: "DELETE" });
