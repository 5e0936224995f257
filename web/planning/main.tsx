import { render } from "preact";
import "../shared/tokens.css";
import "../shared/ground.css";
import "../shared/forms.css";
import "../board/board.css";
import "../board/panels.css";
import "./planning.css";
import { App } from "./app";
import { direction, locale } from "./speak";

const root = document.getElementById("planning");
if (!root) throw new Error("the page has no #planning");

const told = <T,>(id: string, otherwise: T): T => JSON.parse(document.getElementById(id)?.textContent ?? JSON.stringify(otherwise)) as T;

document.documentElement.lang = locale;
document.documentElement.dir = direction;
render(<App rooms={told<Record<string, string>>("rooms", {})} watches={told("watches", false)} />, root);
