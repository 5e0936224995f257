import { render } from "preact";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/log.css";
import "./panel.css";
import { Chat } from "./chat";
import { Panel } from "./panel";
import { speak, wanted } from "./speak";

const root = document.getElementById("panel");
if (!root) throw new Error("the page has no #panel");

const chat = new Chat(root.dataset["key"] ?? "", JSON.parse(root.dataset["origins"] ?? "[]") as string[]);
document.documentElement.classList.toggle("is-page", !chat.host.embedded);
await speak(wanted(chat.host.language));
render(<Panel chat={chat} />, root);
chat.start();
