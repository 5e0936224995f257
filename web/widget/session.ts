// Who is talking to which brand: the token in this browser's storage, and what the brand says about itself.
import { callAs, Problem } from "../shared/http";
import type { Ticket } from "../shared/socket";
import { keep, recall } from "../shared/storage";

export interface Brand {
  name: string;
  slug: string;
  assistant_name: string;
  locale: string;
  theme: Record<string, string>;
  topics: { key: string; name: string }[];
  languages: string[];
  people_online: number;
  /** Local times by weekday (mon to sun); none means always. */
  opening: { open_now: boolean; timezone: string; hours: Record<string, [string, string]> };
}

export interface Session {
  token: string;
  customer: { id: string; name: string };
  brand: Brand;
  conversation?: string | null;
}

export const tokenKey = (key: string) => `beckon:${key}:token`;

/** Begin or take up the session. One tab at a time, so that two new tabs become one customer. */
export async function begin(key: string, identity: string | null): Promise<Session> {
  return oneTabAtATime(`beckon:${key}`, async () => {
    const token = recall<string | null>(tokenKey(key), null);
    const session = await callAs<Session>(null, "/api/v1/widget/session", {
      method: "POST",
      body: { key, ...(token ? { token } : {}), ...(identity ? { identity } : {}) },
    });
    if (session.token !== token) keep(tokenKey(key), session.token);
    return session;
  });
}

/** A ticket for the socket. A token that is not known any more is forgotten, so that the next try begins anew. */
export async function ticket(key: string, token: string): Promise<Ticket> {
  try {
    return await callAs<Ticket>(token, "/api/v1/ticket", { method: "POST", body: { kind: "customer" } });
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 401 && error.status !== 403)) throw error;
    if (recall<string | null>(tokenKey(key), null) === token) keep(tokenKey(key), null);
    throw new Problem(0, "token", "");
  }
}

function oneTabAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return navigator.locks ? (navigator.locks.request(name, work) as Promise<T>) : work();
}
