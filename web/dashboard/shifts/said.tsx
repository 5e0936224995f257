// What came of an act, beside what it was about.
import { CHECK, Icon, INFO } from "../../shared/icons";
import type { Acts } from "./acts";
import { s } from "./words";

/** What came of the last act, where it was about this shift ("" is the page), with a way back. */
export function SaidLine({ acts, about }: { acts: Acts; about: string }) {
  const said = acts.said?.about === about ? acts.said : null;
  return (
    <div class="shift-said" role={said?.bad ? "alert" : "status"}>
      {said && (
        <p class={`notice is-card${said.bad ? " is-bad" : " is-good"}`}>
          <Icon d={said.bad ? INFO : CHECK} size="small" />
          <span>
            {said.words}{" "}
            {said.undo && (
              <button type="button" class="link" onClick={said.undo}>
                {s("undo")}
              </button>
            )}
          </span>
        </p>
      )}
    </div>
  );
}
