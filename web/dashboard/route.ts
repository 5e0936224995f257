// Which screen an address below /agent/ shows.

export type Route =
  | { screen: "home" | "join" | "login" | "mail" | "earnings" | "settings" | "path" | "chats" | "lost" }
  | { screen: "confirm" | "reset"; key: string }
  | { screen: "step"; step: Step }
  | { screen: "chat"; conversation: string; part: Part }
  | { screen: "decisions"; decision: string }
  | { screen: "receipt"; engagement: string }
  /** `at`: a week's day (2026-11-23), "hours", a shift's id, or "" for this week. */
  | { screen: "shifts"; at: string };

export type Step = "profile" | "languages" | "topics";
export type Part = "talk" | "packet" | "transfer" | "ask" | "abuse" | "end";

const STEPS: readonly string[] = ["profile", "languages", "topics"];
const PARTS: readonly string[] = ["packet", "transfer", "ask", "abuse", "end"];
const PLAIN: readonly string[] = ["join", "login", "mail", "earnings", "settings", "path", "chats"];

/** A part of a damaged address stands for itself. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function routeOf(path: string): Route {
  const [, first = "", second = "", third = ""] = path.replace(/^\/agent/, "").split("/").map(plain);
  if (first === "") return { screen: "home" };
  if (first === "confirm" || first === "reset") return { screen: first, key: second };
  if (first === "path" && second && !STEPS.includes(second)) return { screen: "lost" };
  if (first === "path" && second) return { screen: "step", step: second as Step };
  if (first === "chats" && second) return { screen: "chat", conversation: second, part: PARTS.includes(third) ? (third as Part) : "talk" };
  if (first === "decisions") return { screen: "decisions", decision: second };
  if (first === "receipts" && second) return { screen: "receipt", engagement: second };
  if (first === "shifts") return { screen: "shifts", at: second };
  if (PLAIN.includes(first)) return { screen: first as "join" };
  return { screen: "lost" };
}

export const chatPath = (conversation: string, part: Part = "talk"): string =>
  `/agent/chats/${conversation}${part === "talk" ? "" : `/${part}`}`;
export const receiptPath = (engagement: string): string => `/agent/receipts/${engagement}`;
export const decisionPath = (decision: string): string => `/agent/decisions/${decision}`;
