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
  items!: readonly Unsent[];
  private readonly unwatch: () => void;

  constructor(
    private readonly key: string,
    private readonly changed: (items: readonly Unsent[]) => void,
  ) {
    this.read();
    this.unwatch = watch(key, () => this.read());
  }

  add(conversation: string | null, text: string): Unsent {
    const newest_ms = Math.max(...this.items.map((item) => Date.parse(item.at) + 1));
    const at = new Date(Math.max(Date.now(), newest_ms)).toISOString();
    const item = { client_id: crypto.randomUUID(), conversation, text, at, refused: null };
    this.put(item, item);
    return item;
  }

  /** Messages written before there was a conversation belong to this one. */
  adopt(conversation: string): void {
    for (const item of this.items) if (item.conversation === null) this.put(item, { ...item, conversation });
  }

  /** Its conversation is over for good: it waits for a new one. */
  release(client_id: string): void {
    this.change(client_id, { conversation: null, refused: null });
  }

  /** Acknowledged, or thrown away by the person. */
  remove(client_id: string): void {
    const item = this.find(client_id);
    if (item) this.put(item, null);
  }

  refuse(client_id: string, words: string, code = ""): void {
    this.change(client_id, { refused: words, code });
  }

  retry(client_id: string): void {
    this.change(client_id, { refused: null });
  }

  find(client_id: string): Unsent | undefined {
    return this.items.find((item) => item.client_id === client_id);
  }

  waiting(): Unsent[] {
    return this.items.filter((item) => item.refused === null);
  }

  clear(): void {
    for (const item of this.items) this.put(item, null);
  }

  close(): void {
    this.unwatch();
  }

  /** What another tab removed stays removed. */
  private change(client_id: string, change: Partial<Unsent>): void {
    this.read();
    const item = this.find(client_id);
    if (item) this.put(item, { ...item, ...change });
  }

  /** The keys stand in the order in which the messages were written. */
  private put({ at, client_id }: Unsent, item: Unsent | null): void {
    keep(`${this.key}:${at}${client_id}`, item);
    this.read();
  }

  private read(): void {
    const items = keysUnder(this.key).map((key) => recall<Unsent | null>(key, null));
    this.changed((this.items = items.filter((item) => item !== null)));
  }
}
