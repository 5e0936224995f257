// The day's shifts of the class: made by hand, changed, published with a window, called off with a sentence.
import { useState } from "preact/hooks";
import * as api from "./api";
import type { Day, ShiftRow } from "./api";
import { Status } from "../board/marks";
import { centsOf } from "./figures";
import { windowWords } from "./fill";
import { Field, Panel, Trouble, useAct } from "./parts";
import { cost, t, time } from "./speak";

type Asked = { kind: "change" | "publish" | "call_off"; id: string } | { kind: "make" } | null;
const WINDOWS = [0, 12, 24, 48, 96] as const;
const TONES = { draft: "idle", published: "good", closed: "attention" } as const;

interface ShiftsProps {
  shown: Day;
  may_change: boolean;
  reload: () => void;
}

export function Shifts({ shown, may_change, reload }: ShiftsProps) {
  const [asked, setAsked] = useState<Asked>(null);
  const done = () => {
    setAsked(null);
    reload();
  };
  const leave = () => setAsked(null);
  return (
    <Panel id="shifts" title={t("shifts")} aside={t("shifts_aside", { n: shown.shifts.filter((row) => row.state !== "closed").length })}>
      {shown.shifts.length === 0 && <p class="muted">{t("shifts_none")}</p>}
      <ul class="shift-rows">
        {shown.shifts.map((row) => (
          <li key={row.id}>
            <Row row={row} zone={shown.zone} />
            {may_change && row.state !== "closed" && !(asked && "id" in asked && asked.id === row.id) && (
              <div class="acts">
                {row.state === "draft" && (
                  <button type="button" class="button is-compact" onClick={() => setAsked({ kind: "publish", id: row.id })}>
                    {t("publish")}
                  </button>
                )}
                <button type="button" class="button is-compact" onClick={() => setAsked({ kind: "change", id: row.id })}>
                  {t("change")}
                </button>
                <button type="button" class="button is-compact" onClick={() => setAsked({ kind: "call_off", id: row.id })}>
                  {t("call_off")}
                </button>
              </div>
            )}
            {asked?.kind === "change" && asked.id === row.id && <ChangeForm row={row} done={done} leave={leave} />}
            {asked?.kind === "publish" && asked.id === row.id && <PublishForm row={row} done={done} leave={leave} />}
            {asked?.kind === "call_off" && asked.id === row.id && <CallOffForm row={row} done={done} leave={leave} />}
          </li>
        ))}
      </ul>
      {may_change &&
        (asked?.kind === "make" ? (
          <MakeForm shown={shown} done={done} leave={leave} />
        ) : (
          <button type="button" class="button is-start" onClick={() => setAsked({ kind: "make" })}>
            {t("make")}
          </button>
        ))}
    </Panel>
  );
}

function Row({ row, zone }: { row: ShiftRow; zone: string }) {
  const gathers = row.state === "published" && row.window_ends_at && !row.allotted_at;
  return (
    <div class="shift-row">
      <b class="number">{t("from_to", { from: time(row.begins_at, zone), to: time(row.ends_at, zone) })}</b>
      <Status tone={TONES[row.state]}>{t(`shift_${row.state}`)}</Status>
      <span>{t("taken", { held: row.held, n: row.seat_count })}</span>
      <span class="muted">{row.rate_cents ? t("guaranteed", { rate: cost(row.rate_cents, row.currency) }) : t("not_guaranteed")}</span>
      {gathers && <span>{t("gathers", { n: row.wishes_open, time: time(row.window_ends_at ?? "", zone) })}</span>}
      {row.missed > 0 && <span class="is-short">{t("missed", { n: row.missed })}</span>}
    </div>
  );
}

interface FormProps {
  row: ShiftRow;
  done: () => void;
  leave: () => void;
}

function Buttons({ words, busy, leave, trouble }: { words: string; busy: boolean; leave: () => void; trouble: string }) {
  return (
    <>
      <Trouble words={trouble} />
      <div class="acts">
        <button type="submit" class="button is-primary" aria-disabled={busy}>
          {words}
        </button>
        <button type="button" class="button is-quiet" onClick={leave}>
          {t("leave")}
        </button>
      </div>
    </>
  );
}

function useForm(done: () => void, send: () => Promise<unknown>) {
  const { busy, trouble, act } = useAct();
  const submit = (event: Event) => {
    event.preventDefault();
    void act(async () => {
      await send();
      done();
    });
  };
  return { busy, trouble, submit };
}

function ChangeForm({ row, done, leave }: FormProps) {
  const [seats, setSeats] = useState(String(row.seat_count));
  const [rate, setRate] = useState((row.rate_cents / 100).toFixed(2));
  const { busy, trouble, submit } = useForm(done, () => api.change(row.id, { seat_count: Number(seats), rate_cents: centsOf(rate) ?? -1 }));
  return (
    <form class="ask" onSubmit={submit}>
      <p>{t("change_words")}</p>
      <Field label={t("seats")}>
        <input class="input number" type="number" min="1" max="500" required value={seats} onInput={(event) => setSeats(event.currentTarget.value)} />
      </Field>
      <Field label={t("rate")} hint={row.currency}>
        <input class="input number" inputMode="decimal" required value={rate} onInput={(event) => setRate(event.currentTarget.value)} />
      </Field>
      <Buttons words={t("change_now")} busy={busy} leave={leave} trouble={trouble} />
    </form>
  );
}

function PublishForm({ row, done, leave }: FormProps) {
  const [hours, setHours] = useState(24);
  const { busy, trouble, submit } = useForm(done, () => api.publish(row.id, hours));
  return (
    <form class="ask" onSubmit={submit}>
      <p>{t("publish_words")}</p>
      <Field label={t("window")}>
        <select class="input" value={String(hours)} onChange={(event) => setHours(Number(event.currentTarget.value))}>
          {WINDOWS.map((each) => (
            <option key={each} value={String(each)}>
              {windowWords(each)}
            </option>
          ))}
        </select>
      </Field>
      <Buttons words={t("publish_now")} busy={busy} leave={leave} trouble={trouble} />
    </form>
  );
}

function CallOffForm({ row, done, leave }: FormProps) {
  const [reason, setReason] = useState("");
  const { busy, trouble, submit } = useForm(done, () => api.callOff(row.id, reason));
  return (
    <form class="ask" onSubmit={submit}>
      <p>{row.held ? t("call_off_words_held", { n: row.held }) : t("call_off_words")}</p>
      <Field label={t("why")}>
        <input class="input" required minLength={3} maxLength={300} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      </Field>
      <Buttons words={t("call_off_now")} busy={busy} leave={leave} trouble={trouble} />
    </form>
  );
}

function MakeForm({ shown, done, leave }: { shown: Day; done: () => void; leave: () => void }) {
  const coming = shown.halves.filter((half) => Date.parse(half.at) > Date.parse(shown.now));
  const short = coming.find((half) => half.short) ?? coming[0];
  const [from, setFrom] = useState(short?.at ?? "");
  const [lasts, setLasts] = useState("8");
  const [seats, setSeats] = useState(String(Math.max(1, short?.short ?? 1)));
  const [rate, setRate] = useState((shown.staffing.rate_cents / 100).toFixed(2));
  const ends = new Date(Date.parse(from || shown.now) + Number(lasts) * 1_800_000).toISOString();
  const { busy, trouble, submit } = useForm(done, () =>
    api.make({ brand: shown.brand, topic: shown.topic, language: shown.language, begins_at: from, ends_at: ends, seat_count: Number(seats), rate_cents: centsOf(rate) ?? -1 }),
  );
  if (!coming.length) return <p class="muted">{t("make_past")}</p>;
  return (
    <form class="ask" onSubmit={submit}>
      <Field label={t("begins")}>
        <select class="input" value={from} onChange={(event) => setFrom(event.currentTarget.value)}>
          {coming.map((half) => (
            <option key={half.at} value={half.at}>
              {time(half.at, shown.zone)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("lasts")} hint={t("until", { time: time(ends, shown.zone) })}>
        <select class="input" value={lasts} onChange={(event) => setLasts(event.currentTarget.value)}>
          {Array.from({ length: 24 }, (_, n) => (
            <option key={n} value={String(n + 1)}>
              {t("hours", { n: (n + 1) / 2 })}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t("seats")}>
        <input class="input number" type="number" min="1" max="500" required value={seats} onInput={(event) => setSeats(event.currentTarget.value)} />
      </Field>
      <Field label={t("rate")} hint={shown.currency}>
        <input class="input number" inputMode="decimal" required value={rate} onInput={(event) => setRate(event.currentTarget.value)} />
      </Field>
      <Buttons words={t("make_now")} busy={busy} leave={leave} trouble={trouble} />
    </form>
  );
}
