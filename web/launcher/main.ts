// The one script a shop's page loads. It draws a button in its own shadow, opens the panel in a frame on our origin, and
// never throws into the page. Until it has run, and if it never does, a plain link to the same chat does the work.

type Command = "boot" | "open" | "close" | "identify" | "logout" | "on";
type Call = [Command, ...unknown[]];
interface Api {
  (...call: Call): void;
  q?: ArrayLike<unknown>[];
  ready?: boolean;
}
interface Options {
  brand?: string | undefined;
  label?: string | undefined;
  lang?: string | undefined;
  color?: string | undefined;
}
type Message = { type: string; count?: number; words?: string };

const page = window as unknown as { Beckon?: Api };
const script = document.currentScript as HTMLScriptElement | null;
const home = new URL(script?.src ?? location.href).origin;
const WORDS: Record<string, string> = { en: "Help", de: "Hilfe", ar: "مساعدة" };
const BEGUN = "beckon-begun";
const PATIENCE_MS = 12_000;

const STYLE = `:host{all:initial}
a,iframe{position:fixed;z-index:2147483000;inset-block-end:16px;inset-inline-end:16px}
a{display:flex;align-items:center;gap:8px;min-height:56px;box-sizing:border-box;padding:0 20px 0 18px;border-radius:28px;background:var(--c,#0F6B62);color:#fff;font:600 16px/1.5 system-ui,sans-serif;text-decoration:none;box-shadow:0 8px 28px #22302d29}
a:focus-visible{outline:2px solid #22302D;outline-offset:2px;box-shadow:0 0 0 2px #fff}
svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
b{display:grid;place-items:center;min-width:24px;height:24px;border-radius:12px;background:#fff;color:var(--c,#0F6B62);font-size:14px;line-height:1}
iframe{border:0;width:380px;height:min(640px,100dvh - 32px);border-radius:16px;box-shadow:0 0 0 1px #22302d1f,0 8px 28px #22302d29;background:#F6F2EB;color-scheme:light dark}
[hidden]{display:none}
@media(prefers-color-scheme:dark){iframe{background:#101615}}
@media(max-width:480px){iframe{inset:0;width:100%;height:100%;border-radius:0}}`;

const listeners: Record<string, ((detail: unknown) => void)[]> = {};
let options: Options = {};
let button: HTMLAnchorElement | undefined;
let frame: HTMLIFrameElement | undefined;
let identity: (() => Promise<string> | string) | undefined;
let shown = false;
let alive = false;
const untold: object[] = [];

const commands: Record<Command, (value: never, more: never) => void> = {
  boot: (value: Options) => boot(value),
  open: () => show(true),
  close: () => show(false),
  identify: (value: typeof identity) => {
    identity = value;
  },
  logout: () => {
    if (remembered()) load();
    tell({ type: "logout" });
  },
  on: (name: string, listener: (detail: unknown) => void) => {
    (listeners[name] ??= []).push(listener);
  },
};

function safely(work: () => void): void {
  try {
    work();
  } catch (error) {
    console.warn("Beckon:", error);
  }
}

function emit(name: string, detail?: unknown): void {
  for (const listener of listeners[name] ?? []) safely(() => listener(detail));
}

function boot(given: Options = {}): void {
  if (button) return;
  options = { ...script?.dataset, ...given };
  if (!options.brand) return;
  const host = document.createElement("beckon-chat");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  if (options.color) host.style.setProperty("--c", options.color);
  button = document.createElement("a");
  button.href = `${home}/c/${options.brand}`;
  button.target = "_blank";
  button.onclick = clicked;
  root.append(button);
  document.body.append(host);
  badge(0, "");
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-beckon]")) link.addEventListener("click", clicked);
  if (remembered()) load();
}

function clicked(event: MouseEvent): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(true);
}

const language = () => options.lang || document.documentElement.lang;

function badge(count: number, words: string): void {
  if (!button) return;
  const label = options.label || WORDS[language().slice(0, 2)] || WORDS["en"];
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M20.5 11.5a8 8 0 0 1-11.6 7.1L4 20l1.4-4.7a8 8 0 1 1 15.1-3.8Z"/></svg>';
  button.append(count && words ? words : (label ?? ""));
  if (!count) return;
  const number = document.createElement("b");
  number.append(String(count));
  button.append(number);
}

function remembered(begun?: boolean): boolean {
  try {
    if (begun) localStorage.setItem(BEGUN, "1");
    return localStorage.getItem(BEGUN) === "1";
  } catch {
    return false;
  }
}

function load(): void {
  if (frame || !button) return;
  frame = document.createElement("iframe");
  frame.title = button.textContent ?? "";
  frame.hidden = !shown;
  const about = new URLSearchParams({ host: location.origin, lang: language(), id: identity ? "1" : "" });
  frame.src = `${home}/panel/${options.brand}#${about}`;
  button.after(frame);
  setTimeout(gaveUp, PATIENCE_MS);
}

/** The panel did not come: the button is the plain link it always was. */
function gaveUp(): void {
  if (alive || !frame || !button) return;
  frame.remove();
  frame = undefined;
  shown = false;
  button.hidden = false;
  button.onclick = null;
}

function show(open: boolean): void {
  if (!button || shown === open) return;
  shown = open;
  load();
  button.hidden = open;
  if (frame) frame.hidden = !open;
  (open ? frame : button)?.focus();
  tell({ type: "shown", shown });
  emit(open ? "open" : "close");
}

/** Kept until the panel can hear. */
function tell(message: object): void {
  if (alive) frame?.contentWindow?.postMessage({ beckon: message }, home);
  else untold.push(message);
}

async function identify(): Promise<void> {
  let jwt: string | null = null;
  try {
    jwt = (await identity?.()) ?? null;
  } catch {
    // The page could not say who this is: a guest, then.
  }
  tell({ type: "identity", jwt });
}

function heard({ type, count = 0, words = "" }: Message): void {
  if (type === "ready") {
    alive = true;
    untold.splice(0).forEach(tell);
    tell({ type: "shown", shown });
  }
  if (type === "close") show(false);
  if (type === "begun") remembered(true);
  if (type === "identify") void identify();
  if (type === "unread") badge(count, words);
  emit(type, type === "unread" ? count : undefined);
}

function start(): void {
  const queued = page.Beckon?.q ?? [];
  const api: Api = (command, ...values) => safely(() => commands[command](...(values as [never, never])));
  api.ready = true;
  page.Beckon = api;
  addEventListener("message", (event) => {
    const message = (event.data as { beckon?: Message } | null)?.beckon;
    if (frame && event.source === frame.contentWindow && event.origin === home && message) safely(() => heard(message));
  });
  for (const call of queued) api(...(Array.from(call) as Call));
  if (script?.dataset["brand"]) safely(() => boot());
}

function whenThereIsABody(): void {
  if (document.body) safely(start);
  else addEventListener("DOMContentLoaded", () => safely(start));
}

if (!page.Beckon?.ready) whenThereIsABody();

export {};
