// Calls to our own server: JSON in, JSON out, and one kind of error.

/** What the server refused (problem+json), or status 0 when it could not be reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface Call {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: unknown;
  timeout_s?: number;
}

/** As the person of the log-in session, with its CSRF cookie. */
export async function call<T>(path: string, how: Call = {}): Promise<T> {
  const proof: Record<string, string> = (how.method ?? "GET") === "GET" ? {} : { "X-CSRFToken": await csrfToken() };
  return send<T>(path, how, proof);
}

/** As the customer who holds this token; null for one who has none yet. */
export function callAs<T>(token: string | null, path: string, how: Call = {}): Promise<T> {
  return send<T>(path, how, token ? { Authorization: `Bearer ${token}` } : {});
}

async function send<T>(path: string, { method = "GET", body, timeout_s = 20 }: Call, proof: Record<string, string>): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json", ...proof };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await reach(path, {
    method,
    headers,
    credentials: "same-origin",
    signal: AbortSignal.timeout(timeout_s * 1000),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const content = parsed(text);
  if (!answer.ok) throw problem(answer.status, content);
  return content as T;
}

async function reach(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, request);
  } catch {
    throw new Problem(0, "unreachable", "");
  }
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function problem(status: number, content: unknown): Problem {
  const { code = "error", detail = "", title = "" } = (content ?? {}) as Record<string, string>;
  return new Problem(status, code, detail || title);
}

const csrfCookie = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];

async function csrfToken(): Promise<string> {
  if (!csrfCookie()) await reach("/api/v1/csrf", { credentials: "same-origin" });
  return decodeURIComponent(csrfCookie() ?? "");
}
