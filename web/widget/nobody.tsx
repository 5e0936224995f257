// When waiting is not the way: a call-back at a time to choose, a message that is answered here, or the assistant.
import { useEffect, useState } from "preact/hooks";
import { callAs } from "../shared/http";
import { languageOf } from "../shared/i18n";
import { Icon, MAIL, PERSON } from "../shared/icons";
import { dayAndTime, timeOrDay } from "../shared/time";
import { MAX_TEXT } from "../protocol";
import type { Chat } from "./chat";
import { hoursLines } from "./hours";
import { PHONE } from "./marks";
import { callBack, leaveMessage, wish } from "./promises";
import { locale, t } from "./speak";
import { phaseOf, type State } from "./state";

/** What the server says there is beside waiting. */
export interface Ways {
  people_online: number;
  open_now: boolean;
  opens_at: string | null;
  message_by: string;
  call_back: string[];
}

export function Nobody({ state, chat }: { state: State; chat: Chat }) {
  const [ways, setWays] = useState<Ways | null>(null);
  const [way, setWay] = useState<"call_back" | "message">("message");
  const [at, setAt] = useState("");
  const [words, setWords] = useState(state.draft);
  const load = () =>
    void chat.attempt("ways", async () => {
      const { language, topic } = wish();
      const query = new URLSearchParams({ language: language ?? languageOf(locale), ...(topic ? { topic } : {}) });
      const found = await callAs<Ways>(state.session?.token ?? null, `/api/v1/ways?${query}`);
      setWays(found);
      setAt(found.call_back[0] ?? "");
      setWay(found.call_back.length ? "call_back" : "message");
    });
  useEffect(load, []);
  const phase = phaseOf(state);
  useEffect(() => {
    if (phase === "person" || phase === "away") chat.show("talk");
  }, [phase]);
  const send = (event: Event) => {
    event.preventDefault();
    if (way === "call_back") void callBack(chat, at);
    else if (words.trim()) void leaveMessage(chat, words.trim());
  };
  const open = hoursLines(state.session?.brand.opening.hours ?? {}, locale);
  const busy = state.busy === "later";
  const inLine = phase === "queue";
  return (
    <form class="page" ref={focus} tabIndex={-1} aria-labelledby="nobody-title" onSubmit={send} onKeyDown={(event) => event.key === "Escape" && chat.show("talk")}>
      <div>
        <h2 class="title" id="nobody-title">
          {t(inLine ? "other_ways" : ways?.people_online === 0 ? "nobody" : "other_ways")}
        </h2>
        <p class="muted">{ways ? summary(ways) : t(state.busy === "ways" ? "loading" : "failed")}</p>
      </div>
      {ways && (
        <fieldset class="stack">
          <legend class="hidden-words">{t("other_ways")}</legend>
          {ways.call_back.length > 0 && (
            <Way name="call_back" chosen={way} choose={setWay} icon={PHONE} title={t("call_back_by", { time: timeOrDay(at, locale) })} line={t("call_back_line")}>
              <label class="field">
                <span class="label">{t("call_back_when")}</span>
                <select class="input" value={at} onChange={({ currentTarget }) => setAt(currentTarget.value)}>
                  {ways.call_back.map((time) => (
                    <option key={time} value={time}>
                      {dayAndTime(time, locale)}
                    </option>
                  ))}
                </select>
              </label>
            </Way>
          )}
          <Way name="message" chosen={way} choose={setWay} icon={MAIL} title={t("leave_message")} line={t("answer_by", { time: timeOrDay(ways.message_by, locale) })}>
            <label class="field">
              <span class="label">{t("your_message")}</span>
              <textarea class="input" rows={3} maxLength={MAX_TEXT} dir="auto" value={words} onInput={({ currentTarget }) => setWords(currentTarget.value)} />
            </label>
          </Way>
        </fieldset>
      )}
      {open.length > 0 && (
        <dl class="hours small">
          <dt>{t("people_here")}</dt>
          {open.map((line) => (
            <dd key={line}>{line}</dd>
          ))}
        </dl>
      )}
      {state.trouble && (
        <p class="error" role="alert">
          {state.trouble}
        </p>
      )}
      {ways && (
        <button class="button is-primary" disabled={busy || (way === "message" && !words.trim())}>
          <Icon d={way === "call_back" ? PHONE : MAIL} />
          {t(busy ? "asking" : way === "call_back" ? "call_back_by" : "leave_message", { time: timeOrDay(at, locale) })}
        </button>
      )}
      {!inLine && (
        <button type="button" class="button" disabled={state.busy === "ask"} onClick={() => void chat.askPerson(wish())}>
          <Icon d={PERSON} />
          {t("wait_anyway")}
        </button>
      )}
      <button type="button" class="button is-quiet" onClick={() => chat.show("talk")}>
        {t(inLine ? "go_on_waiting" : "keep_assistant")}
      </button>
    </form>
  );
}

const focus = (form: HTMLFormElement | null) => form?.focus();

function summary(ways: Ways): string {
  if (ways.opens_at) return t("opens_at", { time: timeOrDay(ways.opens_at, locale) });
  return t(ways.people_online === 0 ? "nobody_promise" : "too_long");
}

interface WayProps {
  name: "call_back" | "message";
  chosen: string;
  choose: (name: "call_back" | "message") => void;
  icon: string;
  title: string;
  line: string;
  children: preact.ComponentChildren;
}

function Way({ name, chosen, choose, icon, title, line, children }: WayProps) {
  const open = chosen === name;
  return (
    <div class={`way${open ? " is-chosen" : ""}`}>
      <label class="way-head">
        <input type="radio" name="way" checked={open} onChange={() => choose(name)} />
        <Icon d={icon} />
        <span class="way-words">
          <b>{title}</b>
          <span class="small muted">{line}</span>
        </span>
      </label>
      {open && <div class="way-more">{children}</div>}
    </div>
  );
}
