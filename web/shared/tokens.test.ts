import { expect, test } from "vitest";
import { contrast } from "./colour";
import css from "./tokens.css?raw";

const tokens = new Map([...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name!, [light!, dark!]]));

const TEXT_ON = {
  canvas: ["ink", "muted", "brand", "bad"],
  surface: ["ink", "muted", "brand", "warm", "good", "attention", "bad", "info"],
  sunken: ["ink", "muted", "brand"],
  "brand-soft": ["ink", "brand"],
  "warm-soft": ["warm"],
  brand: ["on-brand"],
};
const CONTROLS_ON = { canvas: ["control", "brand"], surface: ["control", "brand"], "brand-soft": ["brand"] };

const pairs = (on: Record<string, string[]>) => Object.entries(on).flatMap(([ground, marks]) => marks.map((mark) => [mark, ground] as const));

test.each(pairs(TEXT_ON))("%s can be read on %s, light and dark", (mark, ground) => {
  for (const scheme of [0, 1]) expect(contrast(tokens.get(mark)![scheme]!, tokens.get(ground)![scheme]!)).toBeGreaterThanOrEqual(4.5);
});

test.each(pairs(CONTROLS_ON))("%s can be seen on %s, light and dark", (mark, ground) => {
  for (const scheme of [0, 1]) expect(contrast(tokens.get(mark)![scheme]!, tokens.get(ground)![scheme]!)).toBeGreaterThanOrEqual(3);
});
