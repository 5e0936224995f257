// The requests of one cell of the waiting table, each with the sentence that says why it waits; read anew while open.
import { useEffect, useRef, useState } from "preact/hooks";
import type { BoardRow } from "../protocol";
import { call, Problem } from "../shared/http";
import { secondsSince } from "../shared/time";
import { Raise, type RaiseClass } from "./raise";
import { languageName, span, t } from "./speak";

const AGAIN_MS = 4_000;
const SHOWN = 30;

/** One request that waits, as the server tells it. */
export interface Waits {
  id: string;
  brand_id: string;
  brand: string;
  language: string;
  topic: string;
  topic_name: string;
  since: string;
  code: string;
  sentence: string;
}

interface Found {
  waiting: Waits[] | null;
  trouble: string;
}

interface StillProps {
  title: string;
  groups: readonly BoardRow[];
  /** The moment that ages are counted to. */
  to: number;
  requests: string | undefined;
  raises: boolean;
  close: () => void;
}

export function Still({ title, groups, to, requests, raises, close }: StillProps) {
  const { waiting, trouble } = useWaiting(groups);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => head.current?.focus(), []);
  return (
    <section class="still" aria-labelledby="h-still" onKeyDown={(event) => event.key === "Escape" && close()}>
      <div class="still-head">
        <h3 id="h-still" tabIndex={-1} ref={head}>
          {t("why_title", { what: title })}
        </h3>
        <button type="button" class="button" onClick={close}>
          {t("why_close")}
        </button>
      </div>
      {trouble && (
        <p class="error" role="alert">
          {trouble}
        </p>
      )}
      {!waiting && !trouble && <p class="muted">{t("why_loading")}</p>}
      {waiting && !waiting.length && <p class="muted">{t("why_nobody")}</p>}
      <ol>
        {(waiting ?? []).map((one) => (
          <One key={one.id} one={one} to={to} requests={requests} />
        ))}
      </ol>
      {raises && classesOf(waiting ?? []).map((one) => <Raise key={`${one.brand_id}/${one.language}/${one.topic}`} of={one} />)}
      {waiting && waiting.length >= SHOWN && <p class="muted">{t("why_some", { n: SHOWN })}</p>}
    </section>
  );
}

function One({ one, to, requests }: { one: Waits; to: number; requests: string | undefined }) {
  return (
    <li>
      <p class="still-who">
        <b>{one.brand}</b>
        <span class="muted">
          {one.topic_name}, {languageName(one.language)}
        </span>
        <span>{t("why_age", { age: span(secondsSince(one.since, to)) })}</span>
        {requests && <a href={`${requests}${one.id}/change/`}>{t("why_request")}</a>}
      </p>
      <p>{one.sentence}</p>
    </li>
  );
}

/** What the server says of those groups, now and every few seconds; null before the first answer. */
function useWaiting(groups: readonly BoardRow[]): Found {
  const [found, setFound] = useState<Found>({ waiting: null, trouble: "" });
  const latest = useRef(groups);
  latest.current = groups;
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const now = await lookAt(latest.current);
      if (over) return;
      setFound((before) => ("waiting" in now ? { waiting: now.waiting, trouble: "" } : { ...before, trouble: now.trouble }));
      timer = setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);
  return found;
}

async function lookAt(groups: readonly BoardRow[]): Promise<{ waiting: Waits[] } | { trouble: string }> {
  if (!groups.length) return { waiting: [] };
  const asked = new URLSearchParams();
  for (const language of new Set(groups.map((row) => row.language))) asked.append("language", language);
  for (const topic of new Set(groups.map((row) => row.topic))) asked.append("topic", topic);
  try {
    const { waiting } = await call<{ waiting: Waits[] }>(`/api/v1/operator/waiting?${asked.toString()}`);
    return { waiting: waiting.filter((one) => groups.some((row) => isOf(one, row))) };
  } catch (problem) {
    return { trouble: problem instanceof Problem && problem.message ? problem.message : t("why_unreached") };
  }
}

/** Brand, topic and language of those who wait: what a bonus is paid for. */
function classesOf(waiting: readonly Waits[]): RaiseClass[] {
  return [...new Map(waiting.map((one) => [`${one.brand_id}/${one.language}/${one.topic}`, one])).values()];
}

const isOf = (one: Waits, row: BoardRow) => one.language === row.language && one.topic_name === row.topic_name;
