// Asking somebody in: an address to pass on, and what has come of it.
import { useEffect, useState } from "preact/hooks";
import { day } from "../speak";
import type { Work } from "../work";
import { invitation, type Invitation } from "./wallet";
import { m } from "./words";

export function Invite({ work }: { work: Work }) {
  const [mine, setMine] = useState<Invitation | null>(null);
  const [said, setSaid] = useState("");
  useEffect(() => void work.attempt("invitation", async () => setMine(await invitation())), []);
  if (!mine) return null;
  const copy = () => navigator.clipboard.writeText(mine.address).then(
    () => setSaid(m("invite_copied")),
    () => setSaid(m("invite_by_hand")),
  );
  return (
    <section class="card stack">
      <h2 class="strong">{m("invite")}</h2>
      <p class="muted">{m("invite_line")}</p>
      <input class="input" readOnly dir="ltr" aria-label={m("invite_address")} value={mine.address} onFocus={({ currentTarget }) => currentTarget.select()} />
      <div class="line">
        <button type="button" class="button" onClick={() => void copy()}>
          {m("invite_copy")}
        </button>
        <span class="small" role="status">{said}</span>
      </div>
      {mine.invited.length > 0 && (
        <ul class="rows" aria-label={m("invited")}>
          {mine.invited.map((one) => (
            <li key={one.name + one.since}>
              <span class="grow">
                <bdi>{one.name}</bdi> <span class="small muted">{m("invited_since", { day: day(one.since) })}</span>
              </span>
              <span class="small muted">{m(one.paid ? "invited_paid" : "invited_open")}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
