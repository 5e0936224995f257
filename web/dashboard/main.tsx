import { render } from "preact";
import "../shared/tokens.css";
import "../shared/base.css";
import "../shared/log.css";
import "./frame.css";
import "./screens.css";
import "./chat.css";
import "./shifts.css";
import { App } from "./app";
import { amount, locale, t } from "./speak";
import { ringing, unreadCount, type State } from "./state";
import { Work } from "./work";

const root = document.getElementById("dashboard");
if (!root) throw new Error("the page has no #dashboard");

const work = new Work();
let shown = "";

function show(state: State): void {
  render(<App state={state} work={work} />, root as HTMLElement);
  document.title = title(state);
  const screen = JSON.stringify(state.route) + String(state.me === null);
  if (shown && screen !== shown) begin();
  shown = screen;
}

/** The offer, or how much is unread: said once, never blinking. */
function title(state: State): string {
  const offer = ringing(state);
  if (offer) return t("title_offer", { amount: amount(offer.minimum_minor, offer.currency) });
  const unread = unreadCount(state);
  return unread ? t("title_unread", { n: unread }) : "Beckon";
}

/** A new screen begins at its heading, unless it put the focus somewhere itself. */
function begin(): void {
  requestAnimationFrame(() => {
    const held = document.activeElement;
    if (held && held !== document.body && held.closest("textarea, .sheet")) return;
    document.querySelector<HTMLElement>("[data-start]")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
}

/** Links between our own screens change the address without loading a page. */
function followed(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href^='/agent/']");
  if (!link || link.target) return;
  event.preventDefault();
  work.go(link.pathname);
}

/** Alt with A, D or a number, from anywhere, also while writing. */
function pressed(event: KeyboardEvent): void {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
  const ring = ringing(work.store.get());
  if (event.code === "KeyA" && ring) void work.accept();
  else if (event.code === "KeyD" && ring) void work.decline();
  else if (/^Digit[1-5]$/.test(event.code)) work.openNth(Number(event.code.slice(5)));
  else return;
  event.preventDefault();
}

document.documentElement.lang = locale;
addEventListener("click", followed);
addEventListener("keydown", pressed);
work.store.watch(show);
work.start();
show(work.store.get());
