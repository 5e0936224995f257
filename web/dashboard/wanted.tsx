// Where a bonus is paid now, for an agent who is offline: what she would be offered, in the words of the offer card.
import { useEffect, useState } from "preact/hooks";
import { call } from "../shared/http";
import { languageNames } from "../shared/i18n";
import { clockTime } from "../shared/time";
import { locale, t } from "./speak";

export interface Wanted {
  brand: string;
  topic: string;
  topic_name: string;
  language: string;
  waiting: number;
  bonus_minor: number;
  currency: string;
  since: string;
  words: string;
}

const ANEW_MS = 30_000;

/** Asked for anew while it is shown; what could not be read is not shown. */
export function WantedNow() {
  const [wanted, setWanted] = useState<readonly Wanted[]>([]);
  useEffect(() => {
    let shown = true;
    const look = () =>
      call<{ wanted: Wanted[] }>("/api/v1/agent/wanted").then(
        (answer) => shown && setWanted(answer.wanted),
        () => shown && setWanted([]),
      );
    void look();
    const timer = setInterval(look, ANEW_MS);
    return () => {
      shown = false;
      clearInterval(timer);
    };
  }, []);
  return <WantedCard wanted={wanted} />;
}

export function WantedCard({ wanted }: { wanted: readonly Wanted[] }) {
  if (!wanted.length) return null;
  return (
    <section class="card a-wanted" aria-label={t("wanted_now")}>
      <div class="card-head">
        <h2>{t("wanted_now")}</h2>
      </div>
      <ul class="rows">
        {wanted.map((row) => (
          <li key={`${row.brand}/${row.topic}/${row.language}`}>
            <span class="grow">
              <b>{row.topic_name}</b>{" "}
              <span class="small muted">
                {row.brand}, {languageNames([row.language], locale)}, {t("wanted_since", { time: clockTime(row.since, locale) })}
              </span>
            </span>
            <span class="number is-warm strong">{row.words}</span>
          </li>
        ))}
      </ul>
      <p class="small muted">{t("wanted_line")}</p>
    </section>
  );
}
