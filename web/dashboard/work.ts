// What the agent can do, and what follows from what the server says: the dashboard's only place with effects.
import type { Desk, Engaged, GiveReason, OfferCard, Pause, Resolve, StopAbuse, ToAgent } from "../protocol";
import { Problem } from "../shared/http";
import { Outbox } from "../shared/outbox";
import { Link, type LinkState, type Request } from "../shared/socket";
import { keep, recall } from "../shared/storage";
import { store } from "../shared/store";
import { serverNow } from "../shared/time";
import type { Target } from "./handover/forms";
import { change, logOut, me, ticket, type Profile } from "./account";
import { DAY_MS, earned, midnight, pastChats } from "./earnings";
import { DRAFTS, ENDS, howEnded, Keeping } from "./kept";
import { chime, ringTwice, unlock, vibrate } from "./ring";
import { chatPath, receiptPath, routeOf } from "./route";
import { t } from "./speak";
import { endToTell, engagedIn, FIRST, hear, inOrder, ringing, type State } from "./state";

const TYPING_EVERY_MS = 3_000;
const LOOK_AGAIN_MS = 15_000;
const TOLD_MS = 10_000;
const SOUND = "beckon:agent:sound";
const SETTLED = "beckon:agent:settled";

type Wish<F> = F extends unknown ? Omit<F, "ref"> : never;
export type Ending = Pick<Resolve, "outcome" | "note" | "tags">;

export class Work {
  readonly store = store<State>(FIRST);
  private outbox: Outbox | null = null;
  private keeping: Keeping | null = null;
  private link: Link<ToAgent> | null = null;
  /** Whose link that is. */
  private agent = "";
  private meeting: ReturnType<typeof setTimeout> | undefined;
  private rung = "";
  private wrote_ms = 0;
  /** Engagements that this page ended itself: their end is no news. */
  private readonly ending = new Set<string>();
  /** The requests under way, oldest first. */
  private readonly underWay: string[] = [];

  start(): void {
    this.patch({ sound: recall(SOUND, true), settled_offer: recall(SETTLED, ""), route: routeOf(location.pathname), broken_ms: serverNow() });
    addEventListener("popstate", () => this.patch({ route: routeOf(location.pathname), trouble: "" }));
    addEventListener("pointerdown", unlock);
    addEventListener("keydown", unlock);
    document.addEventListener("visibilitychange", () => this.look());
    setInterval(() => this.tick(), 1000);
    setInterval(() => this.isWaiting() && void this.meet(), LOOK_AGAIN_MS);
    void this.meet();
  }

  go(path: string): void {
    if (path !== location.pathname) history.pushState(null, "", path);
    this.patch({ route: routeOf(location.pathname), trouble: "" });
  }

  /** After a log-in: to the screen that was asked for. Whoever was logged in before leaves nothing in this page. */
  async enter(): Promise<void> {
    const wanted = this.store.get().route.screen === "login" ? "/agent/" : location.pathname;
    if (this.link) return location.assign(wanted);
    await this.meet();
    return this.go(wanted);
  }

  /** Asks who is logged in, and opens the link for an agent who may work. Where another tab logged somebody else in, the
   *  page begins anew: nothing of the one is shown to the other. */
  async meet(): Promise<void> {
    try {
      const found = await me();
      if (this.agent && found.agent.id !== this.agent) return location.reload();
      this.patch({ me: found, trouble: "" });
      if (found.agent.state === "approved") this.open(found.agent.id);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      clearTimeout(this.meeting);
      if (error.code === "not_an_agent") this.patch({ me: null, trouble: t("not_an_agent") });
      else if (error.status === 401 || error.status === 403) this.patch({ me: null });
      else this.meeting = setTimeout(() => void this.meet(), 3_000);
    }
  }

  private isWaiting(): boolean {
    const state = this.store.get().me?.agent.state;
    return document.visibilityState === "visible" && (state === "applied" || state === "refused");
  }

  private open(agent: string): void {
    if (this.link) return;
    this.agent = agent;
    const outbox = new Outbox(`beckon:agent:${agent}:outbox`, (unsent) => this.patch({ unsent }));
    this.outbox = outbox;
    const key = `beckon:agent:${agent}:kept`;
    this.keeping = new Keeping({ key, outbox, store: this.store, deliver: (id) => this.link?.deliver(id), draft: (where, text) => this.draft(where, text) });
    this.link = new Link<ToAgent>({ ticket, outbox, hear: (frame) => this.hear(frame), changed: (link) => this.linked(link) });
    this.patch({ unsent: outbox.items, kept: this.keeping.kept() });
    this.link.start();
  }

  // --- going online ---

  goOnline = (): Promise<boolean> => {
    unlock();
    return this.request("go_online", { type: "go_online" });
  };

  goOffline = (): Promise<boolean> => this.request("go_offline", { type: "go_offline" });

  pause = (reason: Pause["reason"] = "break"): Promise<boolean> => this.request("pause", { type: "pause", reason });

  /** Emergency: offers stop, and with `hand_back` every chat goes to a colleague. */
  stopNow = async (hand_back: boolean): Promise<boolean> => {
    const given = hand_back ? (this.store.get().desk?.engagements ?? []).map((one) => one.engagement_id) : [];
    for (const id of given) this.ending.add(id);
    const stopped = await this.request("stop_now", { type: "stop_now", hand_back });
    if (!stopped) for (const id of given) this.ending.delete(id);
    return stopped;
  };

  wish(type: "last_one" | "one_more" | "reserve" | "auto_accept", on: boolean): Promise<boolean> {
    return this.request(type, { type, on });
  }

  ringFor(seconds: number | null): Promise<boolean> {
    return this.request("ring_for", { type: "ring_for", seconds });
  }

  setCapacity(capacity: number): Promise<boolean> {
    return this.request("capacity", { type: "set_capacity", capacity });
  }

  setSound(sound: boolean): void {
    keep(SOUND, sound);
    this.patch({ sound });
  }

  tryNow = (): void => this.link?.tryNow();

  playSound = (): void => {
    unlock();
    setTimeout(() => this.patch(chime() ? { heard_ms: serverNow(), trouble: "" } : { trouble: t("no_sound") }), 80);
  };

  // --- the offer ---

  accept = async (): Promise<void> => {
    const offer = this.undecided();
    if (!offer) return;
    await this.attempt("accept", async () => {
      const conversation = await this.ask({ type: "accept_offer", offer_id: offer.offer_id });
      if (conversation) this.go(chatPath(conversation));
    });
  };

  decline = async (): Promise<void> => {
    const offer = this.undecided();
    if (offer) await this.request("decline", { type: "decline_offer", offer_id: offer.offer_id });
  };

  /** What rings, unless it is being answered. Nothing else that is under way keeps it from being answered. */
  private undecided(): OfferCard | null {
    const deciding = this.underWay.some((busy) => busy === "accept" || busy === "decline");
    return deciding ? null : ringing(this.store.get());
  }

  giveReason(offer_id: string, reason: GiveReason["reason"]): void {
    this.settle(offer_id);
    void this.request("reason", { type: "give_reason", offer_id, reason });
  }

  /** The offer's end was read. */
  settle(offer_id: string): void {
    keep(SETTLED, offer_id);
    this.patch({ settled_offer: offer_id });
  }

  // --- chats ---

  say(conversation: string, text: string): void {
    this.draft(`talk:${conversation}`, "");
    this.link?.say(conversation, text);
  }

  draft(key: string, text: string): void {
    keep(`beckon:agent:draft:${key}`, text || null);
    this.patch({ drafts: { ...this.store.get().drafts, [key]: text } });
  }

  writing(conversation: string): void {
    if (Date.now() - this.wrote_ms < TYPING_EVERY_MS) return;
    this.wrote_ms = Date.now();
    this.link?.typing(conversation);
  }

  retry(client_id: string): void {
    this.link?.deliver(client_id);
  }

  remove(client_id: string): void {
    this.outbox?.remove(client_id);
  }

  async addNote(conversation: string, text: string): Promise<void> {
    if (await this.request("note", { type: "add_note", conversation, text })) this.done(`note:${conversation}`, text);
  }

  async resolve(engaged: Engaged, ending: Ending): Promise<void> {
    await this.end(engaged, { type: "resolve", engagement_id: engaged.engagement_id, ...ending }, receiptPath(engaged.engagement_id));
  }

  async transfer(engaged: Engaged, reason: string, to: Target): Promise<void> {
    const told = t(to.colleague ? "transferred_colleague" : "transferred", { name: engaged.customer_name });
    if (await this.end(engaged, { type: "transfer", engagement_id: engaged.engagement_id, reason, ...to }, "/agent/chats")) this.tell(told);
  }

  async stopAbuse(engaged: Engaged, reason: StopAbuse["reason"], words: string, told: string): Promise<void> {
    if (await this.end(engaged, { type: "stop_abuse", engagement_id: engaged.engagement_id, reason, words }, "/agent/chats")) this.tell(told);
  }

  async askColleagues({ conversation }: Engaged, text: string, told: string): Promise<void> {
    if (!(await this.request("ask", { type: "ask_colleagues", conversation, text }))) return;
    this.done(`ask:${conversation}`, text);
    this.go(chatPath(conversation));
    this.tell(told);
  }

  async answerColleague(question_id: string, text: string, told: string): Promise<boolean> {
    const done = await this.request("answer", { type: "answer_colleague", question_id, text });
    if (done) this.done(`answer:${question_id}`, text);
    if (done) this.tell(told);
    return done;
  }

  /** `text` has arrived. What was written since then stays. */
  private done(key: string, text: string): void {
    if (this.store.get().drafts[key]?.trim() === text) this.draft(key, "");
  }

  /** Ends it once: a second tap while the first is under way does nothing. */
  private async end(engaged: Engaged, frame: Wish<Request>, next: string): Promise<boolean> {
    if (this.ending.has(engaged.engagement_id)) return false;
    this.ending.add(engaged.engagement_id);
    const ended = await this.request("end", frame);
    if (!ended) {
      this.ending.delete(engaged.engagement_id);
      return false;
    }
    this.go(next);
    return true;
  }

  /** The chat under the number keys: 1 is the one that waits longest. */
  openNth(place: number): void {
    const engaged = inOrder(this.store.get())[place - 1];
    if (engaged) this.go(chatPath(engaged.conversation));
  }

  // --- the profile ---

  async saveProfile(profile: Partial<Profile>, done: string): Promise<boolean> {
    return this.attempt("save", async () => {
      this.patch({ me: await change(profile) });
      this.tell(done);
    });
  }

  leave = async (): Promise<void> => {
    await this.attempt("leave", async () => {
      if (this.store.get().desk?.willing) await this.ask({ type: "go_offline" });
      await logOut();
      this.link?.stop();
      location.assign("/agent/");
    });
  };

  async refreshRecent(): Promise<void> {
    const now_ms = serverNow();
    const recent = await earned(midnight(now_ms, 6), new Date(now_ms + DAY_MS)).catch(() => null);
    if (recent) this.patch({ recent });
  }

  hush = (): void => this.patch({ news: "", trouble: "" });

  /** Good news leaves by itself; what went wrong stays until it is read. */
  private tell(news: string): void {
    this.patch({ news });
    setTimeout(() => this.store.get().news === news && this.patch({ news: "" }), TOLD_MS);
  }

  // --- what the server says ---

  private hear(frame: ToAgent): void {
    const before = this.store.get();
    this.store.change((state) => hear(state, frame, serverNow()));
    if (frame.type === "desk") this.desked(before, frame);
    if (frame.type === "refused") this.keeping?.refused(frame, serverNow());
    this.look();
  }

  private desked(before: State, desk: Desk): void {
    const after = this.store.get();
    if (after.desk !== desk) return;
    this.recallDrafts(desk);
    this.keeping?.desked(serverNow());
    if (before.desk?.chats_today !== desk.chats_today) void this.refreshRecent();
    for (const engaged of after.over.filter((one) => !before.over.includes(one))) void this.ended(engaged);
    if (desk.state !== after.me?.agent.state && after.me) void this.meet();
    const asked = (state: State) => (state.desk?.shift_news ?? []).filter(({ kind }) => kind === "ring").map(({ news_id, at }) => news_id + at);
    if (asked(after).some((one) => !asked(before).includes(one))) {
      if (after.sound) chime();
      vibrate();
    }
    const offer = ringing(after);
    if (offer && this.rung !== offer.offer_id) {
      this.rung = offer.offer_id;
      ringTwice(offer.seconds, () => ringing(this.store.get())?.offer_id === offer.offer_id, () => this.store.get().sound);
    }
    const end = endToTell(after);
    const seen = end?.offer_id === this.rung;
    if (end && (end.state === "withdrawn" || (end.state === "declined" && !seen))) this.settle(end.offer_id);
    if (end?.state === "withdrawn" && seen) this.tell(t("withdrawn"));
  }

  private recallDrafts(desk: Desk): void {
    const drafts = { ...this.store.get().drafts };
    for (const conversation of [...desk.engagements.map((engaged) => engaged.conversation), ...Object.keys(this.store.get().kept)])
      for (const kind of DRAFTS) drafts[`${kind}:${conversation}`] ??= recall(`beckon:agent:draft:${kind}:${conversation}`, "");
    this.patch({ drafts });
  }

  /** A chat left the desk: say how, where this page did not do it itself, and forget what was written in it, unless it is
   *  hers again already or may be soon. */
  private async ended({ conversation, engagement_id, customer_name: name }: Engaged): Promise<void> {
    if (this.ending.has(engagement_id)) return void this.keeping?.forget(conversation);
    const past = await pastChats().catch(() => []);
    if (engagedIn(this.store.get(), conversation)) return;
    const ended = past.find((chat) => chat.engagement_id === engagement_id);
    const how = howEnded(ended);
    if (how === "" || how === "lost") this.keeping?.hold(conversation, ended?.ended_at ? Date.parse(ended.ended_at) : serverNow());
    else this.keeping?.forget(conversation);
    const news = how && ENDS[how];
    if (news) this.tell(t(news, { name }));
    const { route } = this.store.get();
    const shown = route.screen === "chat" && route.conversation === conversation;
    if (shown && (how === "left" || how === "resolved")) this.go(receiptPath(engagement_id));
  }

  /** What stands before the reader's eyes counts as seen. */
  private look(): void {
    const { route, streams, seen } = this.store.get();
    if (document.visibilityState === "hidden" || route.screen !== "chat") return;
    const head = streams[route.conversation]?.talk.head ?? 0;
    this.link?.read(route.conversation, head);
    if (head > (seen[route.conversation] ?? 0)) this.patch({ seen: { ...seen, [route.conversation]: head } });
  }

  private linked(link: LinkState): void {
    const { broken_ms } = this.store.get();
    this.patch({ link, now_ms: serverNow(), broken_ms: link.kind === "open" ? null : (broken_ms ?? serverNow()) });
    if (link.kind === "closed") void this.meet();
  }

  private tick(): void {
    const n = this.store.get().link.kind === "open" && this.keeping?.sweep(serverNow());
    if (n) this.patch({ trouble: t("never_sent", { n }) });
    this.patch({ now_ms: serverNow() });
    this.look();
  }

  private ask(frame: Wish<Request>): Promise<string | null> {
    return this.link ? this.link.ask(frame) : Promise.reject(new Problem(0, "cut", ""));
  }

  private request(busy: string, frame: Wish<Request>): Promise<boolean> {
    return this.attempt(busy, async () => void (await this.ask(frame)));
  }

  /** True when it was done; otherwise `trouble` says in a sentence why not. */
  async attempt(busy: string, work: () => Promise<void>): Promise<boolean> {
    this.underWay.push(busy);
    this.patch({ trouble: "", busy });
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const cut = error.code === "cut" || error.status === 0;
      this.patch({ trouble: cut ? t("cut") : error.message || t("failed") });
      return false;
    } finally {
      this.underWay.splice(this.underWay.indexOf(busy), 1);
      this.patch({ busy: this.underWay.at(-1) ?? "" });
    }
  }

  private patch(change: Partial<State>): void {
    this.store.change((state) => ({ ...state, ...change }));
  }
}
