// A house in order with nobody in it: the picture that the tests start from.
import type { Board } from "../protocol";

/** The moment of the picture, in ms. */
export const AT = Date.parse("2026-11-19T14:32:08Z");

export const quiet: Board = {
  type: "board",
  waiting: [],
  waiting_total: 0,
  states: {},
  agents: [],
  languages: [],
  offers: { offered: 0, accepted: 0, declined: 0, expired: 0, withdrawn: 0, open: 0, reasons: {}, median_answer_s: null, p95_answer_s: null },
  assistant: { conversations: 0, handed_off: 0, reasons: {} },
  service_level: Array.from({ length: 16 }, () => null),
  service_now: null,
  service_hour: null,
  service_all: null,
  engaged: 0,
  places: 0,
  accrued: [],
  health: [{ name: "Dispatcher", well: true, words: "leading" }],
  modes: [],
  at: new Date(AT).toISOString(),
};
