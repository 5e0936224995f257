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
  /** A customer's token. Without it the log-in session and its CSRF cookie are used. */
  token?: string;
  timeout_s?: number;
}

export async function call<T>(path: string, { method = "GET", body, token, timeout_s = 20 }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers["Authorization"] = `Bearer ${token}`;
  else if (method !== "GET") headers["X-CSRFToken"] = await csrfToken();
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
