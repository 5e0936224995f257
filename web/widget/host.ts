// The page around the panel. Messages are taken from the parent frame only, and only from an origin the brand allows;
// ours go to that origin and to no other.

export type FromHost = { type: "shown"; shown: boolean } | { type: "identity"; jwt: string | null } | { type: "logout" };
export type ToHost =
  | { type: "ready" }
  | { type: "close" }
  | { type: "begun" }
  | { type: "unread"; count: number; words: string }
  | { type: "identify" };

export interface Host {
  embedded: boolean;
  language: string;
  /** The page can prove who the customer is. */
  knowsCustomer: boolean;
  tell: (message: ToHost) => void;
}

export function host(allowed: readonly string[], heard: (message: FromHost) => void): Host {
  const hash = new URLSearchParams(location.hash.slice(1));
  const origin = hash.get("host") ?? "";
  const language = hash.get("lang") ?? "";
  const embedded = window.parent !== window && (origin === location.origin || allowed.includes(origin));
  if (!embedded) return { embedded, language, knowsCustomer: false, tell: () => undefined };
  addEventListener("message", (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    const message = (event.data as { beckon?: FromHost } | null)?.beckon;
    if (message && typeof message.type === "string") heard(message);
  });
  return {
    embedded,
    language,
    knowsCustomer: hash.get("id") === "1",
    tell: (message) => window.parent.postMessage({ beckon: message }, origin),
  };
}
