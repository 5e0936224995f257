// What is shown: brand, day, class; and the week with its seven days.
import { DOWN, Icon, ON } from "../shared/icons";
import type { Brand, Day, Place } from "./api";
import { shiftedDay, todayIn } from "./figures";
import { amount, cost, dayName, languageName, t } from "./speak";

interface TopProps {
  brands: readonly Brand[];
  place: Place;
  brand: Brand;
  shown: Day | null;
  go: (to: Partial<Place>) => void;
}

export function Top({ brands, place, brand, shown, go }: TopProps) {
  const today = todayIn(brand.zone, new Date());
  const key = shown ? `${shown.topic}/${shown.language}` : "";
  return (
    <header class="top is-planning">
      <h1>{t("planning")}</h1>
      <label class="pick">
        <span class="hidden-words">{t("brand")}</span>
        <select class="input" value={brand.id} onChange={(event) => go({ brand: event.currentTarget.value, topic: "", language: "" })}>
          {brands.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
        <Icon d={DOWN} />
      </label>
      <label class="pick">
        <span class="hidden-words">{t("class")}</span>
        <select
          class="input"
          value={key}
          onChange={(event) => {
            const [topic = "", language = ""] = event.currentTarget.value.split("/");
            go({ topic, language });
          }}
        >
          {shown?.classes.map((row) => (
            <option key={`${row.topic}/${row.language}`} value={`${row.topic}/${row.language}`}>
              {t("class_row", { topic: row.name, language: languageName(row.language), requests: amount(row.requests) })}
            </option>
          ))}
        </select>
        <Icon d={DOWN} />
      </label>
      <div class="days" role="group" aria-label={t("day")}>
        <button type="button" class="icon-button is-back" aria-label={t("day_before")} onClick={() => go({ day: shiftedDay(place.day, -1) })}>
          <Icon d={ON} directed />
        </button>
        <input class="input" type="date" aria-label={t("day")} value={place.day} onChange={(event) => event.currentTarget.value && go({ day: event.currentTarget.value })} />
        <button type="button" class="icon-button" aria-label={t("day_after")} onClick={() => go({ day: shiftedDay(place.day, 1) })}>
          <Icon d={ON} directed />
        </button>
        {place.day !== today && (
          <button type="button" class="button is-compact" onClick={() => go({ day: today })}>
            {t("today")}
          </button>
        )}
      </div>
    </header>
  );
}

export function Week({ shown, go }: { shown: Day; go: (to: Partial<Place>) => void }) {
  return (
    <nav class="week" aria-label={t("week")}>
      {shown.week.map((row) => {
        const short = Math.max(0, row.needed - row.planned);
        return (
          <button key={row.day} type="button" class={`week-day${short ? " has-hole" : ""}`} aria-current={row.day === shown.day ? "date" : undefined} onClick={() => go({ day: row.day })}>
            <b>{dayName(row.day)}</b>
            <span>{row.requests === null ? t("no_forecast_short") : t("week_requests", { n: Math.round(row.requests) })}</span>
            <span>{t("week_seats", { planned: amount(row.planned), needed: amount(row.needed) })}</span>
            <span class="muted">{t("week_held", { held: amount(row.held), cost: cost(row.cents, shown.currency) })}</span>
          </button>
        );
      })}
    </nav>
  );
}
