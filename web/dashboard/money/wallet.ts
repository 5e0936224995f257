// Where the agent's money is, as the server tells it, and what can be done with it.
import { call } from "../../shared/http";

export interface Place {
  provider: string;
  masked: string;
  zone: string;
  since: string;
  usable_from: string;
  cooling_off: boolean;
}

export interface Leaving {
  id: string;
  amount_cents: number;
  state: "due" | "approved" | "sent" | "settled" | "rejected" | "returned" | "reversed";
  since: string;
  masked: string;
  instant: boolean;
  arrives_on: string | null;
}

export interface Held {
  amount_cents: number;
  reason: string;
  answer_by: string | null;
  case: string | null;
  replied: boolean;
  by: string;
  payout: string | null;
}

export interface Pending {
  amount_cents: number;
  why: "no_account" | "cooling_off" | "pool";
  until: string | null;
}

export interface CashOut {
  closed: "" | "no_account" | "cooling_off" | "not_open" | "nothing" | "limit";
  amount_cents: number;
  at_most_cents: number;
  arrives_on: string | null;
}

export interface Wallet {
  currency: string;
  units: boolean;
  available_cents: number;
  pending: Pending[];
  held: Held[];
  on_its_way: Leaving[];
  past: Leaving[];
  paid_year: number;
  paid_cents: number;
  owed_back_cents: number;
  place: Place | null;
  next: { at: string; amount_cents: number } | null;
  cash_out: CashOut | null;
}

export interface Measure {
  id: string;
  state: string;
  amount_cents: number;
  currency: string;
  reason: string;
  by: string;
  opened_at: string;
  answer_by: string;
  reply: string;
  decision: string;
  decided_by: string;
  decided_at: string | null;
}

export interface Dispute {
  id: string;
  line: string;
  of: { kind: string; amount_cents: number; currency: string; at: string; engagement_id: string | null } | null;
  state: "open" | "granted" | "refused";
  words: string;
  opened_at: string;
  answer_by: string;
  decision: string;
  decided_by: string;
}

/** The shift under way; all sums in minor units. */
export interface Guarantee {
  shift: string;
  begins_at: string;
  ends_at: string;
  currency: string;
  rate_cents: number;
  /** When it stood so: the mark is that of this instant. */
  at: string;
  earned_cents: number;
  mark_cents: number;
  guaranteed_cents: number;
  away_seconds: number;
}

export interface MoneyLine {
  id: string;
  at: string;
  kind: string;
  amount_cents: number;
  words: string;
  reason: string;
  engagement_id: string | null;
}

export interface MoneyLines {
  currency: string;
  total_cents: number;
  count: number;
  lines: MoneyLine[];
  before: number | null;
}

export interface Cases {
  disputes: Dispute[];
  holds: Measure[];
  clawbacks: Measure[];
}

export interface Invitation {
  address: string;
  invited: { name: string; since: string; paid: boolean }[];
}

export interface Money {
  wallets: Wallet[];
  ways: string[];
  statements: { currency: string; month: string }[];
}

export interface Account {
  currency: string;
  provider: string;
  holder: string;
  account: string;
  zone: string;
}

export const money = () => call<Money>("/api/v1/agent/money");
export const cases = () => call<Cases>("/api/v1/agent/money-cases");
export const guarantee = async () => (await call<{ guarantee: Guarantee | null }>("/api/v1/agent/shift-guarantee")).guarantee;
export const invitation = () => call<Invitation>("/api/v1/agent/invitation");
export const unpaidPath = (currency: string) => `/api/v1/agent/money/${currency}/lines`;
export const payoutPath = (id: string) => `/api/v1/agent/payouts/${id}/lines`;
export const madeOf = (path: string, before: number | null) => call<MoneyLines>(before ? `${path}?before=${before}` : path);
export const setAccount = (body: Account) => call<Place>("/api/v1/agent/payout-account", { method: "PUT", body });
export const takeOut = (currency: string, request_id: string) => call<void>("/api/v1/agent/cash-out", { method: "POST", body: { currency, request_id } });
export const answer = (id: string, words: string) => call<void>(`/api/v1/agent/money-cases/${id}/reply`, { method: "POST", body: { words } });
export const statementPath = (currency: string, month: string, kind: string) => `/api/v1/agent/statements/${currency}/${month}.${kind}`;

const UNITS = ["PTS", "EQU"];

/** The currencies that can be paid out; one's own first, else the euro. */
export function payable(wallets: readonly Wallet[]): string[] {
  const mine = wallets.filter((wallet) => !UNITS.includes(wallet.currency)).map((wallet) => wallet.currency);
  return mine.length ? mine : ["EUR"];
}

export const sum = (parts: readonly { amount_cents: number }[]): number => parts.reduce((total, part) => total + part.amount_cents, 0);
