import { expect, test } from "vitest";
import { addDays, instant, lasts, mondayOf, wall, weekFrom } from "./zone";

const iso = (at_ms: number) => new Date(at_ms).toISOString().slice(0, 16);

test.each([
  ["Europe/Berlin", "2026-11-23", 0, "2026-11-22T23:00"],
  ["Asia/Kolkata", "2026-11-23", 540, "2026-11-23T03:30"],
  ["Europe/Berlin", "2026-03-29", 180, "2026-03-29T01:00"],
  ["Europe/Berlin", "2026-03-29", 150, "2026-03-29T01:30"], // skipped: the clock shows 03:30
  ["Europe/Berlin", "2026-10-25", 150, "2026-10-25T00:30"], // twice: the first
  ["Europe/Berlin", "2026-10-25", 180, "2026-10-25T02:00"],
  ["America/New_York", "2026-11-01", 90, "2026-11-01T05:30"],
  ["Africa/Cairo", "2026-04-24", 0, "2026-04-23T22:00"], // midnight itself is skipped: the day begins at 01:00
  ["Pacific/Apia", "2026-11-23", 0, "2026-11-22T11:00"],
])("%s: %s, minute %i, is %s UTC", (zone, day, minute, utc) => {
  expect(iso(instant(day, minute, zone))).toBe(utc);
});

test("the clock of the place is shown, also over its changes", () => {
  expect(wall(Date.parse("2026-10-25T00:30:00Z"), "Europe/Berlin")).toEqual({ day: "2026-10-25", minute: 150 });
  expect(wall(Date.parse("2026-10-25T01:30:00Z"), "Europe/Berlin")).toEqual({ day: "2026-10-25", minute: 150 });
  expect(wall(Date.parse("2026-11-22T23:00:00Z"), "Europe/Berlin")).toEqual({ day: "2026-11-23", minute: 0 });
});

test.each([
  ["Europe/Berlin", "2026-03-29", 23 * 60],
  ["Europe/Berlin", "2026-10-25", 25 * 60],
  ["Australia/Lord_Howe", "2026-04-05", 24 * 60 + 30],
  ["Africa/Cairo", "2026-04-24", 23 * 60],
  ["Asia/Kolkata", "2026-03-29", 24 * 60],
])("in %s the %s lasts %i minutes", (zone, day, minutes) => {
  expect(lasts(day, zone)).toBe(minutes);
});

test("a week runs from Monday to Sunday, over the end of a year too", () => {
  expect(mondayOf("2027-01-01")).toBe("2026-12-28");
  expect(weekFrom("2026-12-28").at(-1)).toBe("2027-01-03");
  expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
});

test("the days of a week leave no instant out and count none twice, whatever the clocks do", () => {
  for (const zone of ["Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]) {
    for (let at = 0; at < 400; at++) {
      const day = addDays("2026-01-01", at);
      const begins = instant(day, 0, zone);
      expect(wall(begins, zone).day).toBe(day);
      expect(wall(begins - 60_000, zone).day).toBe(addDays(day, -1));
    }
  }
});
