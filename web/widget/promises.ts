// Asking for something later than now: a message that waits for a person, a call-back at a time.
import { Problem } from "../shared/http";
import type { Chat, Wish } from "./chat";

const ACKNOWLEDGED_MS = 10_000;

/** Language, topic and address as chosen on the sheet; kept while the panel is open. */
let wished: Wish = { language: null, topic: null, email: null };

export const wish = (): Wish => wished;

export function remember(next: Wish): void {
  wished = next;
}

let said: { words: string; client_id: string } | null = null;

/** The words are said first, as any message; once the server has them, they wait for a person. */
export function leaveMessage(chat: Chat, words: string): Promise<boolean> {
  return chat.attempt("later", async () => {
    const conversation = await chat.conversation();
    if (said?.words !== words) {
      chat.link.say(conversation, words);
      said = { words, client_id: chat.outbox.items.at(-1)?.client_id ?? "" };
    }
    await acknowledged(chat, said.client_id);
    await chat.link.ask({ type: "leave_message", conversation, ...wished });
    said = null;
    chat.draft("");
    chat.show("talk");
  });
}

export function callBack(chat: Chat, at: string): Promise<boolean> {
  return chat.attempt("later", async () => {
    await chat.link.ask({ type: "call_back", conversation: await chat.conversation(), at, ...wished });
    chat.show("talk");
  });
}

function acknowledged(chat: Chat, client_id: string): Promise<void> {
  return new Promise((done, fail) => {
    const look = () => {
      const item = chat.outbox.find(client_id);
      if (item && item.refused === null) return;
      settle();
      if (item) fail(new Problem(400, "refused", item.refused ?? ""));
      else done();
    };
    const late = setTimeout(() => {
      settle();
      fail(new Problem(0, "cut", ""));
    }, ACKNOWLEDGED_MS);
    const stop = chat.store.watch(look);
    const settle = () => {
      clearTimeout(late);
      stop();
    };
    look();
  });
}
