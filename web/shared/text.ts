// What people wrote, as text: never as HTML. Links become links, removed card numbers are pointed out.

export type Piece = { kind: "text" | "link" | "removed"; text: string };

const REMOVED = "[card number removed]";
const SPECIAL = /(\[card number removed\]|https?:\/\/[^\s<>"'\u2066-\u2069\u202a-\u202e]{3,300})/g;

export function pieces(text: string): Piece[] {
  return text
    .split(SPECIAL)
    .filter((part) => part !== "")
    .flatMap((part): Piece[] => {
      if (part === REMOVED) return [{ kind: "removed", text: part }];
      return /^https?:\/\//.test(part) ? link(part) : [{ kind: "text", text: part }];
    });
}

/** A full stop after an address belongs to the sentence. */
function link(part: string): Piece[] {
  const end = /[.,;:!?)\]]+$/.exec(part)?.[0] ?? "";
  const address = part.slice(0, part.length - end.length);
  return [{ kind: "link", text: address }, ...(end ? [{ kind: "text" as const, text: end }] : [])];
}

export function hasRemoved(text: string): boolean {
  return text.includes(REMOVED);
}
