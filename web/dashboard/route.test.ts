import { expect, test } from "vitest";
import { chatPath, receiptPath, routeOf } from "./route";

test.each([
  ["/agent", { screen: "home" }],
  ["/agent/", { screen: "home" }],
  ["/agent/chats", { screen: "chats" }],
  ["/agent/confirm/MQ%3Aabc%3Adef", { screen: "confirm", key: "MQ:abc:def" }],
  ["/agent/reset", { screen: "reset", key: "" }],
  ["/agent/path/languages", { screen: "step", step: "languages" }],
  ["/agent/path/nowhere", { screen: "lost" }],
  ["/agent/decisions", { screen: "decisions", decision: "" }],
  ["/agent/decisions/d1", { screen: "decisions", decision: "d1" }],
  ["/agent/nowhere", { screen: "lost" }],
  ["/agent/shifts", { screen: "shifts", at: "" }],
  ["/agent/shifts/2026-11-23", { screen: "shifts", at: "2026-11-23" }],
] as const)("%s", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});

test("paths that are made are understood", () => {
  expect(routeOf(chatPath("c1"))).toEqual({ screen: "chat", conversation: "c1", part: "talk" });
  expect(routeOf(chatPath("c1", "end"))).toEqual({ screen: "chat", conversation: "c1", part: "end" });
  expect(routeOf(receiptPath("e1"))).toEqual({ screen: "receipt", engagement: "e1" });
});

test("a damaged address opens a page all the same", () => {
  expect(routeOf("/agent/confirm/MQ:1%")).toEqual({ screen: "confirm", key: "MQ:1%" });
  expect(routeOf("/agent/%E0%A4%A")).toEqual({ screen: "lost" });
});
