// What the agent is told about her shifts: a card beside any other screen, a list on the shifts' own.
import { useEffect, useState } from "preact/hooks";
import type { ShiftNews } from "../../protocol";
import { BELL, Icon } from "../../shared/icons";
import { ringing, type State } from "../state";
import type { Face } from "../parts";
import { claim, putAway, takeOver, terms } from "./plan";
import { clock, until, when } from "./say";
import { deviceZone } from "./seen";
import { s } from "./words";

/** What is news still; what asks for an answer comes first, then the newest. */
export function current(state: State): ShiftNews[] {
  const open = (state.desk?.shift_news ?? []).filter((one) => Date.parse(one.until) > state.now_ms);
  return [...open.filter(asks), ...open.filter((one) => !asks(one))];
}

export const asks = ({ kind }: { kind: ShiftNews["kind"] }): boolean => kind === "ring" || kind === "held_out";

export function headline(news: ShiftNews, zone: string, now_ms: number): string {
  const what = `${when(news, zone)}, ${news.brand}`;
  const begun = news.kind === "near" && Date.parse(news.begins_at) <= now_ms;
  return s(begun ? "n_near_now" : `n_${news.kind}`, { what, name: news.words, in: until(news.begins_at, now_ms) });
}

/** The sentence below, "" where the headline says it all. */
export function line(news: ShiftNews, zone: string): string {
  switch (news.kind) {
    case "ring":
      return s("n_ring_line", { when: clock(news.until, zone) });
    case "refused":
      return news.words;
    case "granted":
    case "moved_up":
    case "missed":
    case "called_off":
      return s(`n_${news.kind}_line`);
    default:
      return "";
  }
}

/** Beside other screens: one card at a time, never over an offer or a question. */
export function Page({ state, work }: Face) {
  const [later, setLater] = useState<readonly string[]>([]);
  const [zone, setZone] = useState(deviceZone);
  useEffect(() => void terms().then((chosen) => setZone(chosen.timezone), () => undefined), []);
  const open = current(state).filter(({ news_id }) => !later.includes(news_id));
  const news = open[0];
  if (!news || state.route.screen === "shifts" || ringing(state) || state.desk?.questions.length) return null;
  return (
    <aside class="asked card" aria-label={s("news")}>
      <One news={news} zone={zone} state={state} work={work} onLater={() => setLater([...later, news.news_id])} />
      {open.length > 1 && <a class="small news-more" href="/agent/shifts">{s("n_more", { n: open.length - 1 })}</a>}
    </aside>
  );
}

const FIRST_SHOWN = 2;

/** On the shifts' own page: all of it, in the page. */
export function NewsList({ state, work, zone }: Face & { zone: string }) {
  const [all, setAll] = useState(false);
  const open = current(state);
  if (!open.length) return null;
  const more = all ? 0 : open.length - FIRST_SHOWN;
  return (
    <section class="stack" aria-label={s("news")}>
      {(all ? open : open.slice(0, FIRST_SHOWN)).map((news) => (
        <div key={news.news_id} class="card shift-news">
          <One news={news} zone={zone} state={state} work={work} />
        </div>
      ))}
      {more > 0 && (
        <div>
          <button type="button" class="button is-quiet" onClick={() => setAll(true)}>
            {s("n_more", { n: more })}
          </button>
        </div>
      )}
    </section>
  );
}

function One({ news, zone, state, work, onLater }: Face & { news: ShiftNews; zone: string; onLater?: () => void }) {
  const words = line(news, zone);
  const away = () => {
    onLater?.();
    void work.attempt("news", () => putAway(news.news_id));
  };
  const take = async () => {
    const done = await work.attempt("news", async () => void (await (news.swap_id ? takeOver(news.swap_id) : claim(news.shift_id))));
    if (done) work.go(`/agent/shifts/${news.shift_id}`);
  };
  const closed = state.link.kind !== "open" || state.busy === "news";
  return (
    <>
      <div role={asks(news) ? "alert" : "status"} class="news-words">
        <p class="strong">
          <Icon d={BELL} size="small" /> {headline(news, zone, state.now_ms)}
        </p>
        {words && <p class="small">{words}</p>}
      </div>
      <div class="line">
        {asks(news) && (
          <button type="button" class="button is-primary" disabled={closed} onClick={() => void take()}>
            {s("take")}
          </button>
        )}
        <a class="button" href={`/agent/shifts/${news.shift_id}`}>
          {s("see")}
        </a>
        <button type="button" class="button is-quiet" disabled={closed} onClick={away}>
          {s(asks(news) ? "not_now" : "put_away")}
        </button>
      </div>
    </>
  );
}
