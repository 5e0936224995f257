// The panel: one of talk, hand-off, menu, rating or thanks under a head that says who is there.
import { Banner } from "./banner";
import type { Chat } from "./chat";
import { Foot } from "./foot";
import { Head } from "./head";
import { Log } from "./log";
import { phaseOf, toRate, type State } from "./state";

/** What no one needs in the first second; null until it has come. */
export type Later = typeof import("./later");

export interface PanelProps {
  state: State;
  chat: Chat;
  later: Later | null;
}

export function Panel(props: PanelProps) {
  const { state, chat, later } = props;
  if (later && state.link.kind === "closed" && !state.session) return <later.Unavailable />;
  return (
    <>
      <Head state={state} chat={chat} />
      <Banner state={state} chat={chat} />
      <View {...props} />
    </>
  );
}

function View({ state, chat, later }: PanelProps) {
  const due = toRate(state);
  const rated = phaseOf(state) === "ended" ? state.rating : null;
  const nobody = state.view === "handoff" && state.session?.brand.people_online === 0;
  if (later && (nobody || state.view === "later")) return <later.Nobody state={state} chat={chat} />;
  if (later && state.view === "menu") return <later.Menu state={state} chat={chat} />;
  if (later && state.view === "thanks" && rated) return <later.Thanks rating={rated} state={state} chat={chat} />;
  if (later && due && state.view === "talk") return <later.Rate key={due} state={state} chat={chat} engagement={due} />;
  return (
    <>
      {later && <later.InLine state={state} chat={chat} />}
      {later && <later.Promised state={state} chat={chat} />}
      <Log state={state} chat={chat} later={later} />
      {later && state.view === "handoff" ? <later.HandOff state={state} chat={chat} /> : <Foot state={state} chat={chat} />}
    </>
  );
}
