// Messages that are not acknowledged yet. They survive a reload and are shared by the tabs of one browser; sending one
// twice does no harm, because its client_id names it for ever. Each is kept under a key of its own: two tabs that write
// in the same moment cannot overwrite one another.
import { keep, keysUnder, recall, watch } from "./storage";

export interface Unsent {
  client_id: string;
  /** Null while the conversation does not exist yet. */
  conversation: string | null;
  text: string;
  at: string;
  /** Why the server refused it, in words for the person; null while it waits. */
  refused: string | null;
  /** The same for programs. */
  code?: string;
}

export class Outbox {
  /** Oldest first. */
  items: readonly Unsent[];
  private readonly unwatch: () => void;

  constructor(
    private readonly key: string,
    private readonly changed: () => void,
  ) {
    this.items = this.read();
    this.unwatch = watch(key, () => this.reread());
  }

  add(conversation: string | null, text: string): Unsent {
    const newest_ms = Math.max(0, ...this.items.map((item) => Date.parse(item.at)));
    const at = new Date(Math.max(Date.now(), newest_ms + 1)).toISOString();
    const item = { client_id: crypto.randomUUID(), conversation, text, at, refused: null };
    this.write(item);
    return item;
  }

  /** Messages written before there was a conversation belong to this one. */
  adopt(conversation: string): void {
    for (const item of this.items) if (item.conversation === null) this.write({ ...item, conversation });
  }

  /** Its conversation is over for good: it waits for a new one. */
  release(client_id: string): void {
    this.change(client_id, { conversation: null, refused: null });
  }

  /** Acknowledged, or thrown away by the person. */
  remove(client_id: string): void {
    if (!this.find(client_id)) return;
    keep(this.place(client_id), null);
    this.reread();
  }

  refuse(client_id: string, words: string, code = ""): void {
    this.change(client_id, { refused: words, code });
  }

  retry(client_id: string): void {
    this.change(client_id, { refused: null, code: "" });
  }

  find(client_id: string): Unsent | undefined {
    return this.items.find((item) => item.client_id === client_id);
  }

  waiting(): Unsent[] {
    return this.items.filter((item) => item.refused === null);
  }

  clear(): void {
    for (const { client_id } of this.items) keep(this.place(client_id), null);
    this.reread();
  }

  close(): void {
    this.unwatch();
  }

  /** What another tab removed stays removed. */
  private change(client_id: string, change: Partial<Unsent>): void {
    const item = recall<Unsent | null>(this.place(client_id), null);
    if (item) this.write({ ...item, ...change });
  }

  private write(item: Unsent): void {
    keep(this.place(item.client_id), item);
    this.reread();
  }

  private place(client_id: string): string {
    return `${this.key}:${client_id}`;
  }

  private reread(): void {
    this.items = this.read();
    this.changed();
  }

  private read(): Unsent[] {
    const items = keysUnder(this.key).map((place) => recall<Unsent | null>(place, null));
    const rank = ({ at, client_id }: Unsent) => at + client_id;
    return items.filter((item) => item !== null).sort((one, other) => (rank(one) < rank(other) ? -1 : 1));
  }
}
