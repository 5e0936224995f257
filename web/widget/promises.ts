// Asking for something later than now: a message that waits for a person, a call-back at a time.
import type { Chat, Wish } from "./chat";

/** Language, topic and address as chosen on the sheet; kept while the panel is open. */
let wished: Wish = { language: null, topic: null, email: null };

export const wish = (): Wish => wished;

export function remember(next: Wish): void {
  wished = next;
}

/** One id for the same words, however often they are sent. */
let said = { words: "", client_id: "" };

export function leaveMessage(chat: Chat, words: string): Promise<boolean> {
  if (said.words !== words) said = { words, client_id: crypto.randomUUID() };
  return chat.attempt("later", async () => {
    const conversation = await chat.conversation();
    await chat.link.ask({ type: "leave_message", conversation, client_id: said.client_id, text: words, ...wished });
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
