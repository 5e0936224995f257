// What an agent wrote in a chat that was taken from her while her connection was away. It is hers again where nobody else
// accepts in time: until then her words are kept, sent when it comes back, and thrown away when it can come back no more.
import { AGENT_BACK_SECONDS, type Refused } from "../protocol";
import type { Outbox, Unsent } from "../shared/outbox";
import { keep, recall } from "../shared/storage";
import type { Store } from "../shared/store";
import type { PastChat } from "./earnings";
import { engagedIn, type State } from "./state";
import type { Key } from "./words/en";

/** By conversation: until when (ms, the server's time) it may come back. */
export type Kept = Readonly<Record<string, number>>;

export const DRAFTS = ["talk", "note", "end", "transfer", "ask", "abuse"];
const BACK_MS = AGENT_BACK_SECONDS * 1000;
const AGAIN_MS = 2_000;
const TRIES = 3;
/** The refusal of a message to a chat that is not hers. */
export const NOT_HERS = "forbidden";

/** How a chat ended: its state, `gone` where its customer did not come back, after `dormant_` where she fell silent; "" where
 *  that is not known (yet). */
export function howEnded(chat: PastChat | undefined): "" | "gone" | `${"" | "dormant_"}${Exclude<PastChat["state"], "live">}` {
  if (!chat || chat.state === "live") return "";
  if (chat.outcome === "gone") return "gone";
  return chat.outcome === "dormant" ? `dormant_${chat.state}` : chat.state;
}

/** What is told of a chat that ended without this page's doing. */
export const ENDS: Partial<Record<ReturnType<typeof howEnded>, Key>> = {
  gone: "they_vanished", dormant_left: "they_slept_on", dormant_transferred: "they_wrote_in_vain", left: "they_left", lost: "you_were_gone", transferred: "taken_from_you",
};

export interface Keeper {
  outbox: Outbox;
  /** Where the map lives: survives a reload, shared by the tabs of one browser. */
  key: string;
  deliver: (client_id: string) => void;
  draft: (key: string, text: string) => void;
  store: Store<State>;
}

export class Keeping {
  private readonly tries = new Map<string, number>();

  constructor(private readonly by: Keeper) {}

  kept(): Kept {
    return recall<Kept>(this.by.key, {});
  }

  /** The chat was lost at `lost_ms`; later calls do not prolong it. */
  hold(conversation: string, lost_ms: number): void {
    const kept = this.kept();
    if (lost_ms + BACK_MS < (kept[conversation] ?? Infinity)) this.write({ ...kept, [conversation]: lost_ms + BACK_MS });
  }

  /** The chat is over for her: nothing of what she wrote in it stays here. How many messages were never sent. */
  forget(conversation: string): number {
    const unsent = this.by.outbox.items.filter((item) => item.conversation === conversation);
    for (const kind of DRAFTS) this.by.draft(`${kind}:${conversation}`, "");
    for (const { client_id } of unsent) this.by.outbox.remove(client_id);
    this.release(conversation);
    return unsent.length;
  }

  /** After each desk: what was refused while a chat was not hers is sent where it is hers (again), and waits where not. */
  desked(now_ms: number): void {
    for (const conversation of Object.keys(this.kept())) if (this.engagement(conversation)) this.release(conversation);
    for (const item of this.by.outbox.items) if (item.code === NOT_HERS) this.waits(item, now_ms, 0);
  }

  /** One of her messages was refused: it waits for its chat, or goes once more where the chat came back meanwhile. */
  refused({ ref, code }: Refused, now_ms: number): void {
    const item = this.by.outbox.find(ref);
    if (item && code === NOT_HERS) this.waits(item, now_ms, AGAIN_MS);
  }

  private waits(item: Unsent, now_ms: number, again_ms: number): void {
    if (!item.conversation) return;
    if (!this.engagement(item.conversation)) this.hold(item.conversation, now_ms);
    else if (this.mayTry(item)) setTimeout(() => this.by.deliver(item.client_id), again_ms);
  }

  /** Chats that can come back no more are forgotten. How many messages were never sent. */
  sweep(now_ms: number): number {
    const late = Object.entries(this.kept()).filter(([conversation, until]) => until <= now_ms && !this.engagement(conversation));
    return late.reduce((sum, [conversation]) => sum + this.forget(conversation), 0);
  }

  /** A chat that is hers may refuse her for a moment still: a few times in each engagement. */
  private mayTry({ client_id, conversation }: Unsent): boolean {
    const engagement = conversation && this.engagement(conversation);
    if (!engagement) return false;
    const key = `${client_id}/${engagement}`;
    const tries = (this.tries.get(key) ?? 0) + 1;
    this.tries.set(key, tries);
    return tries <= TRIES;
  }

  /** The one that is live in a conversation now. */
  private engagement(conversation: string): string | undefined {
    return engagedIn(this.by.store.get(), conversation)?.engagement_id;
  }

  private release(conversation: string): void {
    const { [conversation]: _, ...kept } = this.kept();
    if (_ !== undefined) this.write(kept);
  }

  private write(kept: Kept): void {
    keep(this.by.key, Object.keys(kept).length ? kept : null);
    this.by.store.change((state) => ({ ...state, kept }));
  }
}
