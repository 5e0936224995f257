// A seat held out to a colleague or to all, for nothing or for another seat.
import { useEffect, useState } from "preact/hooks";
import { DOWN, Icon } from "../../shared/icons";
import { Act, type DetailProps } from "./detail";
import { cards, colleagues, holdOut, keepMine, type Seat } from "./plan";
import { moment, when } from "./say";
import { s } from "./words";

export function PassOn(props: DetailProps & { seat: Seat }) {
  const { card, seat, state, seen } = props;
  const [open, setOpen] = useState(false);
  const until = moment(seat.pass_until, seen.terms.timezone);
  if (card.swap?.own) return <HeldOut {...props} />;
  if (Date.parse(seat.pass_until) <= state.now_ms) return <p class="muted">{s("hold_out_over", { when: until })}</p>;
  return (
    <div class="stack">
      <div class="line">
        <button type="button" class="button" aria-expanded={open} disabled={props.closed} onClick={() => setOpen(!open)}>
          {s("hold_out")}
        </button>
      </div>
      {open && <PassForm {...props} until={until} />}
    </div>
  );
}

function HeldOut(props: DetailProps) {
  const { swap } = props.card;
  if (!swap) return null;
  const zone = props.seen.terms.timezone;
  const wanted = swap.wanted_begins_at && swap.wanted_ends_at ? when({ begins_at: swap.wanted_begins_at, ends_at: swap.wanted_ends_at }, zone) : "";
  return (
    <>
      <p>
        {swap.to ? s("held_out_to", { name: swap.to }) : s("held_out_all")} {wanted && s("held_out_for", { what: `${wanted}, ${swap.wanted_brand}` })}
      </p>
      <Act {...props} quiet words={s("keep_mine")} done={s("kept_mine")} go={() => keepMine(swap.id)} />
    </>
  );
}

function PassForm({ card, seat, seen, acts, closed, state, until }: DetailProps & { seat: Seat; until: string }) {
  const [people, setPeople] = useState<readonly { id: string; name: string }[]>([]);
  const [colleague, setColleague] = useState("");
  const [wanted, setWanted] = useState("");
  useEffect(() => void colleagues(seat.id).then(setPeople, () => undefined), [seat.id]);
  const zone = seen.terms.timezone;
  const others = cards(seen.week, state.now_ms).filter(({ id, seat: mine, shift }) => id !== card.id && !mine && shift && Date.parse(shift.begins_at) > state.now_ms);
  const send = (event: Event) => {
    event.preventDefault();
    void acts.act(card.id, () => holdOut(seat.id, { ...(colleague && { colleague }), ...(wanted && { wanted }) }), s("held_out"));
  };
  return (
    <form class="stack" onSubmit={send}>
      <p class="small muted">{s("hold_out_line", { when: until })}</p>
      <Choice label={s("to_whom")} none={s("anyone")} value={colleague} onPick={setColleague} choices={people.map(({ id, name }) => [id, name])} />
      <Choice label={s("in_return")} none={s("nothing")} value={wanted} onPick={setWanted} choices={others.map((one) => [one.id, `${when(one, zone)}, ${one.brand}`])} />
      <div class="line">
        <button class="button is-primary" disabled={closed || acts.busy === card.id}>
          {s("hold_out_do")}
        </button>
      </div>
    </form>
  );
}

interface ChoiceProps {
  label: string;
  none?: string;
  value: string;
  choices: readonly (readonly [value: string, words: string])[];
  onPick: (value: string) => void;
}

export function Choice({ label, none, value, choices, onPick }: ChoiceProps) {
  return (
    <label class="field">
      <span class="label">{label}</span>
      <span class="pick">
        <select class="input" value={value} onChange={({ currentTarget }) => onPick(currentTarget.value)}>
          {none !== undefined && <option value="">{none}</option>}
          {choices.map(([one, words]) => (
            <option key={one} value={one}>
              {words}
            </option>
          ))}
        </select>
        <Icon d={DOWN} />
      </span>
    </label>
  );
}
