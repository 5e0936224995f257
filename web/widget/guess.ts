import type { Numbered } from "../protocol";

/** The topic whose name or key the customer's own words mention most; "" when none does. */
export function guessTopic(events: readonly Numbered[], topics: readonly { key: string; name: string }[]): string {
  const said = events.flatMap((event) => (event.type === "message" && event.author.role === "customer" ? [event.text.toLowerCase()] : []));
  const all = said.join(" ");
  const score = (topic: { key: string; name: string }) =>
    `${topic.key} ${topic.name}`
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .filter((word) => word.length > 3 && all.includes(word.replace(/(es|s)$/, ""))).length;
  const best = topics.reduce<{ key: string; score: number }>(
    (found, topic) => (score(topic) > found.score ? { key: topic.key, score: score(topic) } : found),
    { key: "", score: 0 },
  );
  return best.key;
}
