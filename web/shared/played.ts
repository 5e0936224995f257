// The other end of a link, as tests play it: a browser's socket that keeps what was sent and says what a server would.

import { vi } from "vitest";
import type { FromBrowser, Message, ToBrowser, Welcome } from "../protocol";

export const TALK = "5b0f6c1e-9d5c-4a58-8c7e-0f7a1d1f2a11";
export const AT = "2026-11-20T14:02:00Z";
export const WELCOME: Welcome = { type: "welcome", principal: "customer:1", name: "Maja", conversation: TALK, ticket: "return-1", ping_seconds: 10, now: AT };

/** The browser's socket, played by the test: it keeps what was sent and says what the server would. */
export class Wire {
  static readonly OPEN = 1;
  static all: Wire[] = [];
  readyState = 1;
  sent: FromBrowser[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(readonly url: URL) {
    Wire.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as FromBrowser);
  }
  close(): void {
    this.readyState = 3;
  }
  says(...frames: ToBrowser[]): void {
    for (const frame of frames) this.onmessage?.({ data: JSON.stringify(frame) });
  }
  breaks(code = 1006): void {
    this.onclose?.({ code });
  }
}

export const wire = () => Wire.all.at(-1)!;
export const kinds = () => wire().sent.map((frame) => frame.type);
export const settle = () => vi.advanceTimersByTimeAsync(0);

export function message(seq: number, client_id = `theirs-${seq}`): Message {
  const author = { role: "customer", id: null, name: "Maja" } as const;
  return { type: "message", conversation: TALK, stream: "talk", seq, author, text: `line ${seq}`, client_id, at: AT, status: null };
}
