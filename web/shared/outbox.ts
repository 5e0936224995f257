// Messages that are not acknowledged yet. They survive a reload and are shared by the tabs of one browser; sending one
// twice does no harm, because its client_id names it for ever.
import { keep, recall, watch } from "./storage";

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
    this.items = recall<Unsent[]>(key, []);
    this.unwatch = watch(key, () => {
      this.items = recall<Unsent[]>(key, []);
      changed();
    });
  }

  add(conversation: string | null, text: string): Unsent {
    const item = { client_id: crypto.randomUUID(), conversation, text, at: new Date().toISOString(), refused: null };
    this.replace((items) => [...items, item]);
    return item;
  }

  /** Messages written before there was a conversation belong to this one. */
  adopt(conversation: string): void {
    if (!this.items.some((item) => item.conversation === null)) return;
    this.replace((items) => items.map((item) => (item.conversation === null ? { ...item, conversation } : item)));
  }

  /** Its conversation is over for good: it waits for a new one. */
  release(client_id: string): void {
    this.replace((items) => items.map((item) => (item.client_id === client_id ? { ...item, conversation: null, refused: null } : item)));
  }

  /** Acknowledged, or thrown away by the person. */
  remove(client_id: string): void {
    if (this.find(client_id)) this.replace((items) => items.filter((item) => item.client_id !== client_id));
  }

  refuse(client_id: string, words: string, code = ""): void {
    this.mark(client_id, words, code);
  }

  retry(client_id: string): void {
    this.mark(client_id, null);
  }

  find(client_id: string): Unsent | undefined {
    return this.items.find((item) => item.client_id === client_id);
  }

  waiting(): Unsent[] {
    return this.items.filter((item) => item.refused === null);
  }

  clear(): void {
    this.replace(() => []);
  }

  close(): void {
    this.unwatch();
  }

  private mark(client_id: string, refused: string | null, code = ""): void {
    this.replace((items) => items.map((item) => (item.client_id === client_id ? { ...item, refused, code } : item)));
  }

  /** Read, change, write: another tab may have written since. */
  private replace(change: (items: Unsent[]) => Unsent[]): void {
    const items = change(recall<Unsent[]>(this.key, []));
    this.items = items;
    keep(this.key, items.length ? items : null);
    this.changed();
  }
}
