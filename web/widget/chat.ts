// What the customer can do, and what follows from what the server says: the panel's only place with effects.
import type { ToCustomer } from "../protocol";
import { Problem } from "../shared/http";
import { Outbox } from "../shared/outbox";
import { Link, type LinkState, type Ticket } from "../shared/socket";
import { keep, recall, watch } from "../shared/storage";
import { store } from "../shared/store";
import { serverNow } from "../shared/time";
import { host, type FromHost, type Host } from "./host";
import { begin, ticket, tokenKey, type Session } from "./session";
import { locale, remember, speak, t } from "./speak";
import { FIRST, hear, isTicking, personOf, phaseOf, statusOf, talkOf, unread, type Rating, type State } from "./state";

const IDENTITY_WAIT_MS = 4_000;
const TYPING_EVERY_MS = 3_000;

export interface Wish {
  language: string | null;
  topic: string | null;
  email: string | null;
}

export class Chat {
  readonly store = store<State>(FIRST);
  readonly host: Host;
  private readonly outbox: Outbox;
  readonly link: Link<ToCustomer>;
  private identity: string | null = null;
  private identified: (jwt: string | null) => void = () => undefined;
  private beginning: Promise<void> | null = null;
  private wrote_ms = 0;
  private shown: boolean;

  constructor(
    private readonly key: string,
    allowed: readonly string[],
  ) {
    this.host = host(allowed, (message) => this.fromHost(message));
    this.shown = !this.host.embedded;
    this.outbox = new Outbox(this.at("outbox"), (unsent) => this.patch({ unsent }));
    this.link = new Link<ToCustomer>({
      ticket: () => this.ticket(),
      hear: (frame) => this.hear(frame),
      changed: (link) => this.linked(link),
      outbox: this.outbox,
    });
  }

  start(): void {
    this.patch({
      session: recall<Session | null>(this.at("session"), null),
      rating: recall<Rating | null>(this.at("rating"), null),
      unrated: recall<string | null>(this.at("unrated"), null),
      language: locale,
      draft: recall(this.at("draft"), ""),
      broken_ms: serverNow(),
    });
    setInterval(() => isTicking(this.store.get()) && this.patch({ now_ms: serverNow() }), 1000);
    this.store.watch((state) => this.tellUnread(state));
    document.addEventListener("visibilitychange", () => this.tellUnread(this.store.get()));
    watch(tokenKey(this.key), () => this.otherCustomer());
    watch(this.at("rating"), () => this.patch({ rating: recall<Rating | null>(this.at("rating"), null) }));
    this.host.tell({ type: "ready" });
    this.link.start();
  }

  draft(text: string): void {
    keep(this.at("draft"), text || null);
    this.patch({ draft: text });
    if (text) this.typing();
  }

  send(): void {
    const text = this.store.get().draft.trim();
    if (!text) return;
    this.draft("");
    this.write(text);
  }

  write(text: string): void {
    this.patch({ view: "talk", trouble: "", left_at: null });
    const { current } = this.store.get();
    if (!current) this.host.tell({ type: "begun" });
    this.link.say(current, text);
    if (!current) void this.begin();
  }

  private typing(): void {
    const { current } = this.store.get();
    if (!current || phaseOf(this.store.get()) !== "person" || Date.now() - this.wrote_ms < TYPING_EVERY_MS) return;
    this.wrote_ms = Date.now();
    this.link.typing(current);
  }

  retry(client_id: string): void {
    this.link.deliver(client_id);
  }

  remove(client_id: string): void {
    this.outbox.remove(client_id);
  }

  tryNow(): void {
    this.link.tryNow();
  }

  /** The reader is at the end of the log, or somewhere above it. */
  scrolled(atEnd: boolean): void {
    const { left_at } = this.store.get();
    if (atEnd !== (left_at === null)) this.patch({ left_at: atEnd ? null : (talkOf(this.store.get())?.head ?? 0) });
  }

  ask(question: State["asked"]): void {
    this.patch({ asked: question });
  }

  show(view: State["view"]): void {
    this.patch({ view, trouble: "", asked: "" });
    if (view === "handoff") this.refresh().catch(() => undefined); // What was known before still stands.
  }

  /** True once the customer stands in line. */
  async askPerson(wish: Wish): Promise<boolean> {
    return this.attempt("ask", async () => {
      const conversation = await this.conversation();
      await this.link.ask({ type: "ask_person", conversation, ...wish });
      this.patch({ view: "talk" });
    });
  }

  leaveQueue(): Promise<boolean> {
    return this.attempt("leave_queue", async () => {
      await this.link.ask({ type: "leave_queue", conversation: await this.conversation() });
    });
  }

  leave(): Promise<boolean> {
    return this.attempt("leave", async () => {
      const { current } = this.store.get();
      if (current) await this.link.ask({ type: "leave", conversation: current });
      this.patch({ view: "talk" });
    });
  }

  rate(engagement: string, score: number, solved: boolean | null, words: string): void {
    this.keepRating({ engagement, name: personOf(talkOf(this.store.get())), score, solved, words, sent: false });
    this.patch({ view: "thanks" });
    void this.sendRating();
  }

  putOffRating(engagement: string): void {
    keep(this.at("unrated"), engagement);
    this.patch({ unrated: engagement });
  }

  async speak(language: string): Promise<void> {
    await speak(language);
    remember(language);
    this.patch({ language: locale });
  }

  close(): void {
    this.host.tell({ type: "close" });
  }

  private at(what: string): string {
    return `beckon:${this.key}:${what}`;
  }

  patch(change: Partial<State>): void {
    this.store.change((state) => ({ ...state, ...change }));
  }

  private linked(link: LinkState): void {
    const { broken_ms } = this.store.get();
    this.patch({ link, now_ms: serverNow(), broken_ms: link.kind === "open" ? null : (broken_ms ?? serverNow()) });
  }

  private hear(frame: ToCustomer): void {
    this.store.change((state) => hear(state, frame, serverNow()));
    if (frame.type === "welcome") {
      void this.sendRating();
      if (this.outbox.waiting().some((item) => item.conversation === null)) void this.begin();
    }
    if (frame.type === "refused" && frame.code === "closed" && this.outbox.find(frame.ref)) {
      this.outbox.release(frame.ref);
      void this.begin();
    }
  }

  // --- session ---

  private begun = false;

  private async ticket(): Promise<Ticket> {
    const session = this.ready() ?? (await this.beginSession());
    try {
      return await ticket(this.key, session.token);
    } catch (error) {
      if (error instanceof Problem && error.code === "token") this.begun = false;
      throw error;
    }
  }

  private ready(): Session | null {
    return this.begun ? this.store.get().session : null;
  }

  private async beginSession(): Promise<Session> {
    if (this.host.knowsCustomer) this.identity = await this.askIdentity();
    const session = await this.refresh();
    this.begun = true;
    return session;
  }

  /** What the brand says about itself now: who is online, whether it is open. */
  private async refresh(): Promise<Session> {
    try {
      return this.took(await begin(this.key, this.begun ? null : this.identity));
    } catch (error) {
      if (!(error instanceof Problem) || error.status < 400 || error.status >= 500 || error.status === 429) throw error;
      if (!this.identity) throw new Problem(403, error.code, error.message);
      this.identity = null; // The page's word was not accepted: go on as a guest rather than not at all.
      return this.refresh();
    }
  }

  private took(session: Session): Session {
    keep(this.at("session"), session);
    this.patch({ session });
    return session;
  }

  private askIdentity(): Promise<string | null> {
    return new Promise((answer) => {
      this.identified = answer;
      this.host.tell({ type: "identify" });
      setTimeout(() => answer(null), IDENTITY_WAIT_MS);
    });
  }

  private fromHost(message: FromHost): void {
    if (message.type === "identity") this.identified(message.jwt);
    if (message.type === "shown") {
      this.shown = message.shown;
      this.tellUnread(this.store.get());
    }
    if (message.type === "logout") {
      keep(tokenKey(this.key), null);
      this.outbox.clear();
      this.otherCustomer();
    }
  }

  /** The token changed (log-out, or another tab): forget this customer and begin anew. */
  private otherCustomer(): void {
    if (recall<string | null>(tokenKey(this.key), null) === this.store.get().session?.token) return;
    this.link.stop();
    for (const conversation of Object.keys(this.store.get().talks)) this.link.forget(conversation);
    for (const what of ["session", "rating", "unrated", "draft"]) keep(this.at(what), null);
    this.begun = false;
    this.store.change((state) => ({ ...FIRST, unsent: this.outbox.items, language: state.language }));
    this.link.start();
  }

  // --- conversation ---

  async conversation(): Promise<string> {
    if (!this.store.get().current) await this.begin();
    const { current } = this.store.get();
    if (!current) throw new Problem(0, "cut", "");
    return current;
  }

  /** Begin a conversation, and send what was written before there was one. */
  begin(): Promise<void> {
    this.beginning ??= this.started().finally(() => {
      this.beginning = null;
    });
    return this.beginning;
  }

  private async started(): Promise<void> {
    try {
      const conversation = await this.link.ask({ type: "start", language: locale.split("-")[0] ?? null });
      if (!conversation) return;
      this.patch({ current: conversation });
      this.outbox.adopt(conversation);
      this.link.deliverAll();
    } catch (error) {
      if (!(error instanceof Problem) || error.code === "cut") return; // The next welcome begins again.
      for (const item of this.outbox.waiting()) if (!item.conversation) this.outbox.refuse(item.client_id, error.message);
    }
  }

  async attempt(busy: string, work: () => Promise<void>): Promise<boolean> {
    this.patch({ trouble: "", busy });
    try {
      await work();
      return true;
    } catch (error) {
      const cut = error instanceof Problem && (error.code === "cut" || error.status === 0);
      this.patch({ trouble: cut ? t("cut") : (error instanceof Problem && error.message) || t("failed") });
      return false;
    } finally {
      this.patch({ busy: "" });
    }
  }

  // --- rating ---

  private keepRating(rating: Rating | null): void {
    keep(this.at("rating"), rating);
    this.patch({ rating });
  }

  /** Sent when the link stands; kept for the next time when it does not. */
  private async sendRating(): Promise<void> {
    const rating = this.store.get().rating;
    if (!rating || rating.sent || this.link.state.kind !== "open") return;
    const { engagement: engagement_id, score, solved, words } = rating;
    try {
      await this.link.ask({ type: "rate", engagement_id, score, solved, words });
      this.keepRating({ ...rating, sent: true });
    } catch (error) {
      if (!(error instanceof Problem) || error.code === "cut" || error.code === "error") return;
      this.keepRating(statusOf(this.store.get())?.to_rate ? null : { ...rating, sent: true });
      this.patch({ trouble: error.message });
    }
  }

  // --- the page around ---

  private tellUnread(state: State): void {
    const talk = talkOf(state);
    if (!talk) return this.host.tell({ type: "unread", count: 0, words: "" });
    const seen = recall<Record<string, number>>(this.at("seen"), {})[talk.conversation] ?? 0;
    if (this.shown && document.visibilityState === "visible") {
      if (state.view === "talk" && phaseOf(state) === "person") this.link.read(talk.conversation, state.left_at ?? talk.head);
      if (talk.head > seen) keep(this.at("seen"), { [talk.conversation]: talk.head });
      return this.host.tell({ type: "unread", count: 0, words: "" });
    }
    const news = unread(state, seen);
    const name = news.at(-1)?.author.name ?? "";
    return this.host.tell({ type: "unread", count: news.length, words: name ? t("replied", { name }) : "" });
  }
}
