// Where the agent is paid: four characters of the account, and a form that says what a change costs.
import { useState } from "preact/hooks";
import { DOWN, Icon } from "../../shared/icons";
import { dayAndTime } from "../../shared/time";
import { Hint } from "../parts";
import { locale, t } from "../speak";
import type { State } from "../state";
import type { Work } from "../work";
import { payable, setAccount, type Money, type Place } from "./wallet";
import { m, type MoneyKey } from "./words";

const when = (iso: string) => dayAndTime(iso, locale);

export function AccountCard(props: { money: Money; state: State; work: Work; onChange: () => void }) {
  const { money, onChange } = props;
  const [writing, setWriting] = useState(false);
  const [saved, setSaved] = useState("");
  const places = money.wallets.flatMap(({ place, currency }) => (place ? [{ place, currency }] : []));
  return (
    <section class="card stack">
      <div class="card-head">
        <h2>{m("account")}</h2>
        {!writing && (
          <button type="button" class="button is-quiet" onClick={() => setWriting(true)}>
            {m(places.length ? "account_change" : "account_set")}
          </button>
        )}
      </div>
      {!writing && !places.length && <p class="muted">{m("account_none")}</p>}
      {!writing && places.map(({ place, currency }) => <PlaceLines key={currency} place={place} currency={currency} many={places.length > 1} />)}
      {writing && (
        <Form
          {...props}
          changing={places.length > 0}
          onPutAway={() => setWriting(false)}
          onSaved={(place) => {
            setWriting(false);
            setSaved(m("account_saved", { account: place.masked }));
            onChange();
          }}
        />
      )}
      <p class="small" role="status">{saved}</p>
    </section>
  );
}

function PlaceLines({ place, currency, many }: { place: Place; currency: string; many: boolean }) {
  return (
    <div>
      <p class="number">{(many ? `${currency}: ` : "") + m("account_now", { account: `${wayName(place.provider)} ${place.masked}`, zone: place.zone })}</p>
      {place.cooling_off && <p class="small muted">{m("account_cooling", { since: when(place.since), when: when(place.usable_from) })}</p>}
    </div>
  );
}

export const wayName = (way: string): string => m(`way_${way}` as MoneyKey) || way;

interface FormProps {
  money: Money;
  state: State;
  work: Work;
  changing: boolean;
  onPutAway: () => void;
  onSaved: (place: Place) => void;
}

function Form({ money, state, work, changing, onPutAway, onSaved }: FormProps) {
  const currencies = payable(money.wallets);
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const one = (name: string) => String(given.get(name) ?? "");
    await work.attempt("account", async () =>
      onSaved(await setAccount({ currency: one("currency"), provider: one("provider"), holder: one("holder"), account: one("account"), zone: one("zone") })),
    );
  };
  return (
    <form class="stack-4" onSubmit={(event) => void send(event)}>
      <Line name="holder" words={m("account_holder")} autocomplete="name" maxLength={70} />
      <Line name="account" words={m("account_number")} autocomplete="off" maxLength={50} />
      <Choice name="provider" words={m("account_way")} choices={money.ways.map((way) => [way, wayName(way)])} value={money.ways.includes("sepa_file") ? "sepa_file" : (money.ways[0] ?? "")} />
      <Choice name="currency" words={m("account_currency")} choices={currencies.map((currency) => [currency, currency])} value={currencies[0] ?? "EUR"} />
      <Choice name="zone" words={m("account_zone")} choices={Intl.supportedValuesOf("timeZone").map((zone) => [zone, zone.replaceAll("_", " ")])} value={here} />
      <Hint>{m(changing ? "account_hint_change" : "account_hint_first")}</Hint>
      <div class="line">
        <button class="button is-primary" aria-disabled={state.busy === "account"}>
          {t(state.busy === "account" ? "one_moment" : "save")}
        </button>
        <button type="button" class="button is-quiet" onClick={onPutAway}>
          {t("put_away")}
        </button>
      </div>
    </form>
  );
}

function Line({ name, words, autocomplete, maxLength }: { name: string; words: string; autocomplete: "name" | "off"; maxLength: number }) {
  return (
    <div class="field">
      <label class="label" for={`account-${name}`}>
        {words}
      </label>
      <input class="input" id={`account-${name}`} name={name} required maxLength={maxLength} autocomplete={autocomplete} spellcheck={false} dir="auto" />
    </div>
  );
}

/** One choice alone is no question: it is sent as it is. */
function Choice({ name, words, choices, value }: { name: string; words: string; choices: readonly (readonly [string, string])[]; value: string }) {
  if (choices.length < 2) return <input type="hidden" name={name} value={value} />;
  return (
    <div class="field">
      <label class="label" for={`account-${name}`}>
        {words}
      </label>
      <span class="pick">
        <select class="input" id={`account-${name}`} name={name} defaultValue={value}>
          {choices.map(([key, said]) => (
            <option key={key} value={key} selected={key === value}>
              {said}
            </option>
          ))}
        </select>
        <Icon d={DOWN} size="small" />
      </span>
    </div>
  );
}
