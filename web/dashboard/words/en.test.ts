import { expect, test } from "vitest";
import { en } from "./en";

test("every sentence is plain: nothing shouts, apologises or promises more than is paid", () => {
  const sentences = Object.values(en).flatMap((entry) => (typeof entry === "string" ? [entry] : Object.values(entry)));

  for (const words of sentences) {
    expect(words).not.toMatch(/!|\bsorry\b|\boops\b|up to \d/i);
    expect(words).toBe(words.trim());
    expect(words).not.toBe("");
  }
});
