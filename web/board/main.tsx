import { render } from "preact";
import type { ToOperator } from "../protocol";
import { call } from "../shared/http";
import { Link, type Ticket } from "../shared/socket";
import { store } from "../shared/store";
import "../shared/tokens.css";
import "../shared/ground.css";
import "../shared/forms.css";
import "./board.css";
import "./panels.css";
import { App } from "./app";
import type { Steering } from "./modes";
import { locale } from "./speak";
import { begin, hear, linked, type State } from "./state";

const root = document.getElementById("board");
if (!root) throw new Error("the page has no #board");

const rooms = JSON.parse(document.getElementById("rooms")?.textContent ?? "{}") as Record<string, string>;
const steering = JSON.parse(document.getElementById("steering")?.textContent ?? '{"may": false, "raises": false, "brands": []}') as Steering;
const plans = JSON.parse(document.getElementById("plans")?.textContent ?? "false") as boolean;
const name = root.dataset["name"] ?? "";
const board = store<State>(begin);
const link = new Link<ToOperator>({
  ticket: () => call<Ticket>("/api/v1/ticket", { method: "POST", body: { kind: "operator" } }),
  hear: (frame) => board.change((state) => hear(state, frame)),
  changed: (state) => board.change((known) => linked(known, state)),
});

function show(state: State): void {
  render(<App state={state} rooms={rooms} name={name} steering={steering} plans={plans} tryNow={link.tryNow} />, root as HTMLElement);
}

document.documentElement.lang = locale;
board.watch(show);
link.start();
show(board.get());
