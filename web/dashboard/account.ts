// Who is logged in, and the calls by which that changes.
import { call, Problem } from "../shared/http";
import type { Ticket } from "../shared/socket";

export interface Spoken {
  code: string;
  level: number;
}

export interface Profile {
  id: string;
  display_name: string;
  kind: "student" | "rural" | "fan";
  state: "applied" | "approved" | "refused" | "deactivated";
  state_reason: string;
  languages: Spoken[];
  skills: string[];
  /** When a certificate ends, or ended, by the language's code or the topic's id. Without an entry it has no end. */
  ends: Record<string, string>;
  about: string;
  country: string;
}

export interface Me {
  agent: Profile;
  email: string;
  email_verified: boolean;
}

export interface Options {
  languages: { code: string; name: string }[];
  skills: { id: string; brand: string; name: string }[];
}

export interface Application {
  email: string;
  password: string;
  kind: Profile["kind"];
  display_name: string;
  /** The agent whose invitation brought her. */
  invited_by?: string;
}

/** What was wrong with a form: by field, "" for the whole of it. */
export class Invalid extends Error {
  constructor(readonly fields: Record<string, string>) {
    super(Object.values(fields)[0] ?? "");
  }
}

export const ticket = () => call<Ticket>("/api/v1/ticket", { method: "POST", body: { kind: "agent" } });
export const me = () => call<Me>("/api/v1/agent/me");
export const options = () => call<Options>("/api/v1/agent/options");
export const change = (profile: Partial<Profile>) => call<Me>("/api/v1/agent/me", { method: "PATCH", body: profile });

/** True when the person is logged in afterwards, false when a mail comes first. */
export const signUp = (application: Application) => account("POST", "auth/signup", application);
export const logIn = (email: string, password: string) => account("POST", "auth/login", { email, password });
/** True when the address counted as confirmed and its owner is logged in; false when logging in comes next. */
export const confirm = (key: string) => account("POST", "auth/email/verify", { key });
export const logOut = () => account("DELETE", "auth/session");
export const askReset = (email: string) => account("POST", "auth/password/request", { email });
export const reset = (key: string, password: string) => account("POST", "auth/password/reset", { key, password });

interface Answered {
  meta?: { is_authenticated?: boolean };
  errors?: { message: string; code: string; param?: string }[];
}

/** 401 is no failure here: it says that something else, such as a mail, comes first. */
async function account(method: string, path: string, body?: unknown): Promise<boolean> {
  const answer = await reach(`/_allauth/browser/v1/${path}`, {
    method,
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": await csrfToken() },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = (await answer.json().catch(() => ({}))) as Answered;
  if (answer.ok) return content.meta?.is_authenticated ?? true;
  if (answer.status === 401) return false;
  if (answer.status === 400) throw new Invalid(Object.fromEntries((content.errors ?? []).map((error) => [error.param ?? "", error.message])));
  throw new Problem(answer.status, answer.status === 429 ? "slow_down" : "error", "");
}

async function reach(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...request, credentials: "same-origin", signal: AbortSignal.timeout(20_000) });
  } catch {
    throw new Problem(0, "unreachable", "");
  }
}

const csrfCookie = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];

async function csrfToken(): Promise<string> {
  if (!csrfCookie()) await reach("/api/v1/csrf", {});
  return decodeURIComponent(csrfCookie() ?? "");
}
