import { expect, test } from "vitest";
import { choose, directionOf, translator } from "./i18n";
import { money, moneyWithCode } from "./money";
import { pieces } from "./text";
import { clockTime, duration, waitRange } from "./time";

const words = { hello: "Hello {name}", n: { one: "{n} message", other: "{n} messages" } };

test("a sentence takes its names and its plural", () => {
  const t = translator(words, null, "en");

  expect(t("hello", { name: "Maja" })).toBe("Hello Maja");
  expect([t("n", { n: 1 }), t("n", { n: 1200 })]).toEqual(["1 message", "1,200 messages"]);
});

test("a sentence missing in a language is said in English", () => {
  expect(translator(words, { hello: "Hallo {name}" }, "de")("n", { n: 1 })).toBe("1 message");
});

test("names are isolated where the text runs from right to left", () => {
  expect(translator(words, { hello: "مرحبا {name}" }, "ar")("hello", { name: "Maja" })).toBe("مرحبا \u2068Maja\u2069");
  expect(directionOf("ar-EG")).toBe("rtl");
});

test("the first wanted language that is offered wins", () => {
  expect(choose(["", "sv-SE", "de-AT", "en"], ["en", "de"], "en")).toBe("de-AT");
  expect(choose(["sv"], ["en"], "en")).toBe("en");
});

test("money is written with its currency's own digits", () => {
  expect(money(340, "EUR", "en")).toBe("€3.40");
  expect(money(340, "JPY", "en")).toBe("¥340");
  expect(moneyWithCode(123456, "EUR", "en")).toBe("1,234.56 EUR");
});

test("times and waits are short and honest", () => {
  expect(clockTime(new Date(2026, 10, 20, 14, 6).toISOString(), "en")).toBe("14:06");
  expect([duration(20, "en"), duration(125, "en"), duration(7300, "en")]).toEqual(["20 sec", "2 min", "2 hr"]);
  expect(waitRange(20, 170, "en")).toBe("1–3 min");
  expect(waitRange(0, 20, "en")).toBe("1 min");
});

test("text stays text, apart from links and removed card numbers", () => {
  expect(pieces("To [card number removed]? See https://lindenpay.example/a?b=1.")).toEqual([
    { kind: "text", text: "To " },
    { kind: "removed", text: "[card number removed]" },
    { kind: "text", text: "? See " },
    { kind: "link", text: "https://lindenpay.example/a?b=1" },
    { kind: "text", text: "." },
  ]);
  expect(pieces("<img src=x onerror=alert(1)> javascript:alert(1)")).toHaveLength(1);
});
