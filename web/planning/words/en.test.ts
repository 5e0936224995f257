import { expect, test } from "vitest";
import { en } from "./en";

test("every sentence is plain: nothing shouts or blames", () => {
  const sentences = Object.values(en).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));

  for (const words of sentences) {
    expect(words).not.toMatch(/!|\bsorry\b|\boops\b|\bfailed to\b|\binvalid\b/i);
    expect(words.trimEnd()).toBe(words);
    expect(words).not.toBe("");
  }
});

test("every sentence is said somewhere", () => {
  const sources = Object.values(import.meta.glob<string>("../*.{ts,tsx}", { query: "?raw", import: "default", eager: true })).join("\n");
  const built = /^(room|shift|kind|number)_/;

  const silent = Object.keys(en).filter((key) => !built.test(key) && !sources.includes(`"${key}"`));

  expect(silent).toEqual([]);
});
