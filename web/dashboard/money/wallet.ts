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
  answer_by: string;
  reply: string;
}

export interface Dispute {
  id: string;
  line: string;
  state: "open" | "granted" | "refused";
  words: string;
  opened_at: string;
  answer_by: string;
  decision: string;
}

export interface Cases {
  disputes: Dispute[];
  holds: Measure[];
  clawbacks: Measure[];
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
