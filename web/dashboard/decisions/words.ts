// Every sentence of the page of decisions that no other page says, in English. Loaded with it.
import { translator, type Entry, type Translate } from "../../shared/i18n";
import { locale } from "../speak";

const en = {
  lead: "Each offer that the system made to you, or to somebody else although you were free: why, and what would change it.",
  none: "Nothing was decided about you in the last weeks. Once you are online and somebody asks, it stands here.",
  list: "Decisions",
  back: "All decisions",
  older: "Older ones",
  to_you: "An offer came to you",
  to_other: "An offer went to someone else first",
  outcome_open: "open now",
  outcome_accepted: "you accepted it",
  outcome_declined: "you declined; no mark against you",
  outcome_expired: "it ran out; no mark against you",
  outcome_withdrawn: "withdrawn before you answered",
  by_rule: "Decided by rule, no person",
  change: "What would change it",
  looked_at: "What was looked at",
  customer: "Customer",
  waited: "{topic}, {language}, waiting {time}",
  you: "You",
  asked: "Who was asked",
  points: "Points for each part of the rule",
  fit: "Topic and language",
  load: "Chats under way",
  idle: "Waiting for an offer",
  deficit: "Earned less for the time lately",
  starved: "Passed over for long",
  reserve: "On reserve",
  price: "Skills kept for others who wait",
  ring: "Others hold a closer certificate",
  not_used: "Not used",
  not_used_line: "declines, missed offers",
  rule: "Rule",
  rule_line: "matching, version {n}",
  read_it: "read it",
  gone: "This decision is not among your latest ones.",
  lost_line: "They could not be fetched. What is shown is as you saw it last.",
} satisfies Record<string, Entry>;

export type DecisionKey = keyof typeof en;
export const d: Translate<DecisionKey> = translator<DecisionKey>(en, null, locale);
