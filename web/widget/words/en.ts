// The sentences of the first second; those that come later stand in en-later.ts.
import type { Entry } from "../../shared/i18n";
import type { later } from "./en-later";

export const en = {
  chat: "Help chat",
  more: "More",
  close: "Close the chat",
  new_messages: "New messages",
  replied: "{name} replied",
  earlier: "Earlier messages",

  ai: "AI",
  person: "Person",
  not_a_person: "Assistant, not a person",
  finding: "Finding a person",
  finding_line: "{name} or someone else",
  ended_with: "Chat with {name} ended",
  ended: "Chat ended",

  hello: "Hello. I am {assistant}, an AI, and I can be wrong. Ask me, or go straight to a person below.",
  hello_name: "Hello {name}. I am {assistant}, an AI, and I can be wrong. Ask me, or go straight to a person below.",
  often_asked: "Ask about",
  privacy: "Card numbers are removed before anything is stored.",

  talk_to_person: "Talk to a person",
  people_online: { one: "{n} person online", other: "{n} people online" },
  nobody_aside: "nobody online now",
  ask_assistant: "Ask the assistant",
  write_to: "Write to {name}",
  keep_writing: "Keep writing",
  write_read: "Write, it will be read",
  write_again: "Write to open the chat again",
  your_message: "Your message",
  send: "Send",
  looking: "{name} is looking it up",
  is_typing: "{name} is typing",
  help_article: "Help article",

  joined: "{name} joined at {time}",
  asked: "You asked for a person at {time}",
  asked_for_you: "A person was asked to help at {time}",
  cancelled: "You left the line at {time}",
  away: "The connection to {name} broke at {time}",
  back: "{name} is back since {time}",
  lost: "We look for somebody else since {time}",
  transferred: "{name} passed the chat on at {time}",
  resolved: "The chat ended at {time}",
  left: "You ended the chat at {time}",
  idle: "The chat ended at {time} because nobody wrote",

  waiting_one: "Waiting to be sent",
  waiting_many: { one: "{n} waiting to be sent", other: "{n} waiting to be sent" },
  sending: "Sending",
  sent: "Sent {time}",
  seen: "Seen",
  card_removed: "card number removed",

  connecting: "Connecting",
  reconnecting: "Reconnecting",
  reconnecting_in: "Reconnecting, next try in {age}",
  offline: "You are offline",
  safe: { one: "Your message is safe here.", other: "Your {n} messages are safe here." },
  write_on: "You can go on writing.",
  try_now: "Try now",
  closed_title: "The chat is not connected",
  failed: "That did not work. Please try again.",
  cut: "The connection broke. Please try again in a moment.",
} satisfies Record<string, Entry>;

export type Key = keyof typeof en | keyof typeof later;
