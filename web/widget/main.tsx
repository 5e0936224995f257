import { render } from "preact";
import { loadAnew } from "../shared/anew";
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

function show(): void {
  const state = chat.store.get();
  render(<Panel state={state} chat={chat} later={later} />, root as HTMLElement);
  later?.paint(state.session?.brand.theme ?? {});
}

/** What did not come is never fetched again by this page: it is loaded anew. */
async function load(): Promise<void> {
  later = await import("./later").catch(() => null);
  if (later) show();
  else setInterval(loadAnew, 10_000);
}

document.documentElement.classList.toggle("is-page", !chat.host.embedded);
await speak(wanted(chat.host.language));
chat.store.watch(show);
chat.start();
void load();
