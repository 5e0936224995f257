// The link to the server: a ticket, a WebSocket, heads, pings, back-off and the outbox. It hands on every numbered frame
// once and in order, and every other frame as it comes.
import { CLOSED_ABUSE, CLOSED_REVOKED } from "../protocol";
import type { Enter, FromBrowser, Have, Message, Numbered, Ping, Refused, Reset, Say, Stream, ToBrowser, Write } from "../protocol";
import { Problem } from "./http";
import type { Outbox } from "./outbox";
import { setServerTime } from "./time";

export interface Ticket {
  ticket: string;
  url: string;
}

/** connecting: under way. open: welcomed. waiting: the next try is at `retry_at` (ms). offline: the machine has no
 *  network. closed: the server does not want us back by itself; `words` says why, `code` for programs. */
export interface LinkState {
  kind: "connecting" | "open" | "waiting" | "offline" | "closed";
  retry_at: number | null;
  /** How many tries failed since the link last stood. */
  failed: number;
  code: string;
  words: string;
}

export interface LinkOptions<In extends ToBrowser> {
  ticket: () => Promise<Ticket>;
  hear: (frame: In) => void;
  changed: (state: LinkState) => void;
  outbox?: Outbox;
  /** Replaceable in tests. */
  random?: () => number;
}

/** Requests carry a ref that the answer repeats. */
export type Request = Extract<FromBrowser, { ref: string }>;
type Unreferenced<F> = F extends unknown ? Omit<F, "ref"> : never;

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const PING_MS = 10_000;
const SILENCE_MS = 10_000;
const AGAIN_MS = 2_000;
const UNANSWERED_MS = 15_000;
/** So long a page that is shown again waits for its answer. */
const WAKING_MS = 3_000;
/** A timer this late ran in a page that was put to sleep: what came meanwhile may still wait behind it. */
const LATE_MS = 2_000;
const READ_MS = 300;
/** Signs that the network or the reader is back. */
const SIGNS = ["online", "pageshow", "focus", "visibilitychange"];
const NEVER_REFUSED_FOR_GOOD = new Set(["busy", "slow_down", "error"]);
const STARTING: LinkState = { kind: "connecting", retry_at: null, failed: 0, code: "", words: "" };

export class Link<In extends ToBrowser = ToBrowser> {
  state: LinkState = STARTING;
  private socket: WebSocket | null = null;
  private readonly heads = new Map<string, number>();
  /** How far each talk was shown since the link stands: the server is told again after a cut. */
  private readonly shown = new Map<string, number>();
  private readonly asked = new Map<string, { done: (conversation: string | null) => void; fail: (why: Problem) => void }>();
  private timers: ReturnType<typeof setTimeout>[] = [];
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  /** When (performance.now) the silence is judged; since when a ping has had no answer; was it asked twice already? */
  private due_ms = 0;
  private asked_ms: number | null = null;
  private again = false;
  /** So long the answer to a ping is waited for. */
  private patience_ms = SILENCE_MS;
  /** Lets this link in the next time; kept until there is another, or it is refused. */
  private returning: Ticket | null = null;
  private bye: { seconds: number | null; code: string; words: string } | null = null;
  private attempt = 0;
  private stopped = true;

  constructor(private readonly options: LinkOptions<In>) {}

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    for (const sign of SIGNS) addEventListener(sign, this.wake);
    addEventListener("offline", this.wentOffline);
    void this.open();
  }

  stop(): void {
    this.stopped = true;
    for (const sign of SIGNS) removeEventListener(sign, this.wake);
    removeEventListener("offline", this.wentOffline);
    clearTimeout(this.retryTimer);
    this.returning = null;
    this.drop();
  }

  /** Try at once, whatever the wait was. */
  tryNow = (): void => {
    if (this.stopped || this.state.kind === "open" || this.state.kind === "connecting") return;
    clearTimeout(this.retryTimer);
    void this.open();
  };

  /** Send a request; settles when it is answered. Rejects with code "cut" when the link breaks first: nobody knows then. */
  ask(frame: Unreferenced<Request>): Promise<string | null> {
    const ref = crypto.randomUUID();
    return new Promise((done, fail) => {
      if (this.state.kind !== "open") return fail(new Problem(0, "cut", ""));
      this.asked.set(ref, { done, fail });
      this.transmit({ ...frame, ref } as Request);
      return undefined;
    });
  }

  /** Keep the message until it is acknowledged; send it now if the link stands. Without a conversation it waits for one. */
  say(conversation: string | null, text: string): void {
    const item = this.options.outbox?.add(conversation, text);
    if (item) this.deliver(item.client_id);
  }

  /** Send a waiting or refused message (again). */
  deliver(client_id: string): void {
    const outbox = this.options.outbox;
    if (outbox?.find(client_id)?.refused) outbox.retry(client_id);
    const item = outbox?.find(client_id);
    if (!item?.conversation || this.state.kind !== "open") return;
    this.transmit({ type: "say", conversation: item.conversation, client_id, text: item.text } satisfies Say);
  }

  /** Send all that waits and has a conversation, oldest first. */
  deliverAll(): void {
    for (const item of this.options.outbox?.waiting() ?? []) this.deliver(item.client_id);
  }

  /** "I am writing": best effort, at most every three seconds is enough. */
  typing(conversation: string): void {
    if (this.state.kind === "open") this.transmit({ type: "write", conversation } satisfies Write);
  }

  /** The reader has the talk before her eyes up to `seq`. Of many numbers in a moment the last is told. */
  read(conversation: string, seq: number): void {
    if (seq <= (this.shown.get(conversation) ?? 0)) return;
    this.shown.set(conversation, seq);
    setTimeout(() => this.shown.get(conversation) === seq && this.transmit({ type: "read", conversation, seq }), READ_MS);
  }

  /** How far each stream was read. */
  have(): Have[] {
    return [...this.heads].slice(-64).map(([key, seq]) => {
      const [conversation = "", stream = "talk"] = key.split("/");
      return { conversation, stream: stream as Stream, seq };
    });
  }

  /** Forget a stream: it is not asked for any more. */
  forget(conversation: string): void {
    this.heads.delete(`${conversation}/talk`);
    this.heads.delete(`${conversation}/desk`);
  }

  private async open(): Promise<void> {
    const attempt = ++this.attempt;
    this.become({ kind: "connecting", retry_at: null });
    try {
      const ticket = this.returning ?? (await this.options.ticket());
      if (this.stopped || attempt !== this.attempt) return;
      this.connect(new WebSocket(new URL(ticket.url, location.href.replace(/^http/, "ws"))), ticket);
    } catch (error) {
      if (attempt !== this.attempt || this.stopped) return;
      const refused = error instanceof Problem && (error.status === 401 || error.status === 403);
      if (refused) this.become({ kind: "closed", code: "login", words: error.message, retry_at: null });
      else this.retryLater();
    }
  }

  private connect(socket: WebSocket, { ticket, url }: Ticket): void {
    this.socket = socket;
    this.bye = null;
    this.expectLife();
    socket.onopen = () => this.transmit({ type: "enter", ticket, have: this.have() } satisfies Enter);
    socket.onmessage = (event) => {
      if (socket === this.socket) this.received(event.data as string, url);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.ended(event.code);
    };
  }

  private received(data: string, url: string): void {
    this.expectLife();
    const frame = JSON.parse(data) as ToBrowser;
    switch (frame.type) {
      case "welcome":
        setServerTime(frame.now);
        this.returning = { ticket: frame.ticket, url };
        this.become({ kind: "open", retry_at: null, failed: 0, code: "", words: "" });
        this.schedule();
        this.shown.clear();
        this.pass(frame);
        return this.deliverAll();
      case "pong":
        return setServerTime(frame.now);
      case "bye":
        if (frame.code === "ticket") this.returning = null;
        this.bye = { seconds: frame.retry_seconds, code: frame.code, words: frame.message };
        return undefined;
      case "done":
        this.answer(frame.ref)?.done(frame.conversation);
        return this.pass(frame);
      case "sent":
        this.options.outbox?.remove(frame.ref);
        return this.pass(frame);
      case "refused":
        return this.refused(frame);
      case "reset":
        return this.reset(frame);
      case "left":
        this.forget(frame.conversation);
        return this.pass(frame);
      case "message":
      case "answer":
      case "changed":
      case "hand_off":
      case "note":
        return this.numbered(frame);
      default:
        return this.pass(frame);
    }
  }

  private pass(frame: ToBrowser): void {
    this.options.hear(frame as In);
  }

  private reset(frame: Reset): void {
    this.heads.set(`${frame.conversation}/${frame.stream}`, frame.head);
    for (const event of frame.events) this.acknowledge(event);
    this.pass(frame);
  }

  private numbered(frame: Numbered): void {
    const key = `${frame.conversation}/${frame.stream}`;
    const head = this.heads.get(key) ?? 0;
    if (frame.seq > head + 1) return this.ping();
    if (frame.seq <= head) return undefined;
    this.heads.set(key, frame.seq);
    this.acknowledge(frame);
    return this.pass(frame);
  }

  private acknowledge(frame: Numbered): void {
    if (frame.type === "message") this.options.outbox?.remove((frame satisfies Message).client_id);
  }

  private refused(frame: Refused): void {
    const outbox = this.options.outbox;
    const mine = outbox?.find(frame.ref);
    if (mine && NEVER_REFUSED_FOR_GOOD.has(frame.code)) {
      this.timers.push(setTimeout(() => this.deliver(frame.ref), AGAIN_MS));
    } else if (mine) {
      outbox?.refuse(frame.ref, frame.message || frame.code, frame.code);
    }
    this.answer(frame.ref)?.fail(new Problem(409, frame.code, frame.message));
    this.pass(frame);
  }

  private answer(ref: string) {
    const asked = this.asked.get(ref);
    this.asked.delete(ref);
    return asked;
  }

  private transmit(frame: FromBrowser): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private ping = (): void => {
    this.asked_ms ??= performance.now();
    this.transmit({ type: "ping", have: this.have() } satisfies Ping);
  };

  private schedule(): void {
    this.timers.push(setInterval(this.ping, PING_MS), setInterval(() => this.deliverAll(), UNANSWERED_MS));
  }

  /** Anything received is a sign of life. */
  private expectLife(): void {
    this.asked_ms = null;
    this.again = false;
    this.patience_ms = SILENCE_MS;
    this.judgeIn(PING_MS + SILENCE_MS);
  }

  private judgeIn(wait_ms: number): void {
    clearTimeout(this.silenceTimer);
    this.due_ms = performance.now() + wait_ms;
    this.silenceTimer = setTimeout(this.judge, wait_ms);
  }

  /** Silence ends the link only where a question stayed unanswered for its time. The pings of a hidden page come once a
   *  minute or not at all, so nothing may have been asked yet; and where this itself comes late, the answer may have come
   *  meanwhile and stand behind it: then it is asked once more. */
  private readonly judge = (): void => {
    if (this.state.kind !== "open") return this.ended(0);
    const now = performance.now();
    const late = now - this.due_ms > LATE_MS && !this.again;
    if (this.asked_ms === null || late) {
      this.again = this.asked_ms !== null;
      return this.inquire(this.patience_ms);
    }
    const left = this.asked_ms + this.patience_ms - now;
    return left > 0 ? this.judgeIn(left) : this.ended(0);
  };

  /** Ask, and end the link where nothing comes within `patience_ms`. */
  private inquire(patience_ms: number): void {
    this.patience_ms = patience_ms;
    this.asked_ms = null;
    this.ping();
    this.judgeIn(patience_ms);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.attempt += 1;
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = [];
    clearTimeout(this.silenceTimer);
    socket?.close();
    const unanswered = [...this.asked.values()];
    this.asked.clear();
    for (const { fail } of unanswered) fail(new Problem(0, "cut", ""));
  }

  private ended(code: number): void {
    const bye = this.bye;
    this.drop();
    const unwanted = code === CLOSED_ABUSE || code === CLOSED_REVOKED || bye?.seconds === null;
    if (unwanted && bye?.code !== "ticket") {
      this.become({ kind: "closed", code: bye?.code ?? String(code), words: bye?.words ?? "", retry_at: null });
    } else {
      this.retryLater((bye?.seconds ?? 0) * 1000);
    }
  }

  /** Waits twice as long after each failure, with jitter so that a restarted server is not met by everybody at once. */
  private retryLater(atLeast_ms = 0): void {
    const random = this.options.random ?? Math.random;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.state.failed);
    const wait = atLeast_ms ? atLeast_ms + random() * 1000 : longest * (0.5 + random() / 2);
    this.become({
      kind: navigator.onLine === false ? "offline" : "waiting",
      retry_at: Date.now() + wait,
      failed: Math.min(this.state.failed + 1, 10),
    });
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => void this.open(), wait);
  }

  private readonly wake = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.state.kind === "open") return this.probe();
    if (this.state.kind === "waiting" || this.state.kind === "offline") this.tryNow();
  };

  /** After a sleep the socket may be dead without knowing, or closed without a word, as a page that was put away for
   *  "back" is. Signs come in twos and threes: the first one counts. */
  private probe(): void {
    if (this.socket?.readyState !== WebSocket.OPEN) this.ended(0);
    else if (this.patience_ms !== WAKING_MS) this.inquire(WAKING_MS);
  }

  private readonly wentOffline = (): void => {
    if (this.state.kind === "closed") return;
    this.drop();
    this.retryLater();
  };

  private become(change: Partial<LinkState>): void {
    this.state = { ...this.state, ...change };
    this.options.changed(this.state);
  }
}
