import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { kinds, settle, TALK, WELCOME, Wire, wire } from "../shared/played";
import { Chat } from "./chat";
import { Refused } from "./refused";

const session = { token: "t", customer: { id: "1", name: "" }, brand: {} };
let chat: Chat;

beforeEach(async () => {
  vi.useFakeTimers();
  localStorage.clear();
  document.body.innerHTML = '<div id="root"></div>';
  Wire.all = [];
  vi.stubGlobal("WebSocket", Wire);
  vi.stubGlobal("fetch", async (path: string) => new Response(JSON.stringify(path.endsWith("/ticket") ? { ticket: "first", url: "/ws/customer" } : session)));
  chat = new Chat("key", []);
  chat.start();
  await settle();
  wire().onopen?.();
  wire().says({ ...WELCOME, conversation: null });
});

afterEach(() => {
  chat.link.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The server answers the last request. */
const ref = () => (wire().sent.at(-1) as { ref: string }).ref;

test("a first message that could begin no conversation is sent by 'Send again'", async () => {
  chat.write("Where is my parcel?");
  wire().says({ type: "refused", ref: ref(), code: "slow_down", message: "Too much at once." });
  await settle();
  const root = document.getElementById("root")!;
  render(<Refused items={chat.store.get().unsent} chat={chat} />, root);
  expect(root.textContent).toContain("Too much at once.");

  [...root.querySelectorAll("button")].at(-1)!.click();
  wire().says({ type: "done", ref: ref(), conversation: TALK });
  await settle();

  expect(kinds().filter((kind) => kind === "start" || kind === "say")).toEqual(["start", "start", "say"]);
});
