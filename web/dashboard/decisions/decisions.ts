// Why the agent was asked, or somebody else was, as the server tells it.
import { call } from "../../shared/http";

export interface Decision {
  id: string;
  at: string;
  brand: string;
  topic_name: string;
  language: string;
  waited_s: number;
  weights: number;
  offered_to_me: boolean;
  /** What became of her own offer; nothing of somebody else's. */
  outcome: "" | "open" | "accepted" | "declined" | "expired" | "withdrawn";
  sentence: string;
  change: string;
  my_points: Readonly<Record<string, number>>;
  chosen_points: Readonly<Record<string, number>>;
}

export const A_PAGE = 50;
export const decisions = (before: string | null) => call<Decision[]>(`/api/v1/agent/decisions${before ? `?before=${before}` : ""}`);

const PARTS = ["fit", "load", "idle", "deficit", "starved", "reserve", "price", "ring"] as const;
export type Part = (typeof PARTS)[number];

export interface Compared {
  part: Part;
  mine: number;
  chosen: number;
}

/** The parts of the score that said anything, for her and for whoever was asked. */
export function compared({ my_points, chosen_points }: Decision): Compared[] {
  return PARTS.map((part) => ({ part, mine: my_points[part] ?? 0, chosen: chosen_points[part] ?? 0 })).filter(({ mine, chosen }) => mine !== 0 || chosen !== 0);
}
