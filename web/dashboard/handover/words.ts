// What is said where a chat is passed on, asked about or left. Loaded with those forms.
import { translator, type Entry, type Translate } from "../../shared/i18n";
import { locale } from "../speak";

const en = {
  loading: "One moment",
  transfer_line: "{name} waits again at the same place in the line. You are paid for your time so far. Your note is read by whoever comes next.",
  to_whom: "To whom",
  to_anybody: "Anybody who fits",
  to_other: "Another topic or language",
  to_colleague: "A colleague, asked first",
  to_supervisor: "A supervisor",
  to_supervisor_line: "Supervisors see it on their board. After two minutes others are asked as well.",
  topic: "Topic",
  language: "Language",
  colleague: "Colleague",
  busy_now: "cannot take it now",
  no_colleague: "No colleague for this topic and language can take it now.",
  why_topic: "Needs another topic",
  why_language: "Needs another language",
  why_time: "I have to go",
  note: "What the next one should know",
  transfer: "Transfer",
  back_to_chat: "Back to the chat",
  ask_line: "Colleagues who know this topic see your question, not the chat. {name} sees neither question nor answer.",
  question: "Your question",
  ask: "Ask colleagues",
  asked: "Your question is with colleagues. The first answer comes into the notes.",
  abuse_line: "You may leave at any time. You are paid as for a chat you saw through, and nothing of it counts against you. A person looks at it.",
  abuse_told: "{name} reads, in calm words, that you ended the chat, and can talk to somebody else a little later.",
  what_happened: "What happened",
  insult: "Insults",
  threat: "A threat",
  sexual: "Sexual remarks",
  hate: "Hate",
  spam: "Spam",
  other: "Something else",
  in_words: "In your words, if you like",
  leave: "Leave, with full pay",
  left: "You left the chat. You are paid in full.",
  asks: "{name} asks, {topic}",
  your_answer: "Your answer",
  answer: "Answer",
  not_now: "Not now",
  answered: "Thank you, {name} has your answer.",
} satisfies Record<string, Entry>;

export type HandoverKey = keyof typeof en;
export const h: Translate<HandoverKey> = translator<HandoverKey>(en, null, locale);
