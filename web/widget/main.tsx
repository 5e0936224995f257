import { render } from "preact";
import { loadAnew, networked } from "../shared/anew";
import { keep, recall } from "../shared/storage";
import "../shared/tokens.css";
import "../shared/ground.css";
import "../shared/log.css";
import "./panel.css";
import { Chat } from "./chat";
import { Panel, type Later } from "./panel";
import { speak, wanted } from "./speak";

const root = document.getElementById("panel");
if (!root) throw new Error("the page has no #panel");

const chat = new Chat(root.dataset["key"] ?? "", JSON.parse(root.dataset["origins"] ?? "[]") as string[]);
let later: Later | null = null;
const MISSING = "beckon:missing"; // how often in a row the rest of the panel did not come

function show(): void {
  const state = chat.store.get();
  render(<Panel state={state} chat={chat} later={later} />, root as HTMLElement);
  later?.paint(state.session?.brand.theme ?? {});
}

/** Without it the panel is loaded anew, each time after twice as long. */
async function load(): Promise<void> {
  await networked();
  later = await import("./later").catch(() => null);
  const tries = recall(MISSING, 0);
  if (later) {
    if (tries) keep(MISSING, null);
    return show();
  }
  keep(MISSING, tries + 1);
  const wait_ms = 2_000 * 2 ** Math.min(tries, 8);
  do await new Promise((settle) => setTimeout(settle, wait_ms));
  while (!(await loadAnew()));
}

document.documentElement.classList.toggle("is-page", !chat.host.embedded);
await speak(wanted(chat.host.language));
chat.store.watch(show);
chat.start();
void load();
