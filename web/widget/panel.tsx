// The panel: one of talk, hand-off, menu, rating or thanks under a head that says who is there.
import { useEffect, useState } from "preact/hooks";
import { ALERT, Icon } from "../shared/icons";
import { Banner } from "./banner";
import type { Chat } from "./chat";
import { Foot } from "./foot";
import { HandOff } from "./handoff";
import { Head } from "./head";
import { Log } from "./log";
import { Menu } from "./menu";
import { InLine } from "./queue";
import { Rate, Thanks } from "./rate";
import { t } from "./speak";
import { phaseOf, toRate, type State } from "./state";

export function Panel({ chat }: { chat: Chat }) {
  const [state, setState] = useState(chat.store.get());
  useEffect(() => {
    setState(chat.store.get());
    return chat.store.watch(setState);
  }, [chat]);
  useEffect(() => paint(state.session?.brand.theme ?? {}), [state.session?.brand]);
  if (state.link.kind === "closed" && !state.session) return <Unavailable />;
  return (
    <>
      <Head state={state} chat={chat} />
      <Banner state={state} chat={chat} />
      <View state={state} chat={chat} />
    </>
  );
}

function View({ state, chat }: { state: State; chat: Chat }) {
  const due = toRate(state);
  const rated = phaseOf(state) === "ended" ? state.rating : null;
  if (state.view === "menu") return <Menu state={state} chat={chat} />;
  if (state.view === "thanks" && rated) return <Thanks rating={rated} state={state} chat={chat} />;
  if (due && state.view === "talk") return <Rate key={due} state={state} chat={chat} engagement={due} />;
  return (
    <>
      <InLine state={state} chat={chat} />
      <Log state={state} chat={chat} />
      {state.view === "handoff" ? <HandOff state={state} chat={chat} /> : <Foot state={state} chat={chat} />}
    </>
  );
}

function Unavailable() {
  return (
    <div class="page is-centred" role="alert">
      <Icon d={ALERT} size="large" />
      <h1 class="title">{t("unavailable")}</h1>
      <p class="muted">{t("unavailable_line")}</p>
    </div>
  );
}

/** The brand's colour, where it can be read: in light by white words on it, in dark by its own contrast to the ground. */
function paint(theme: Record<string, string>): void {
  void import("./theme").then(({ apply }) => apply(theme));
}
