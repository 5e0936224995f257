// Which screen is shown to whom.
import { Chats } from "./chats";
import { Confirm, Landing, LogIn, LookInMail, Lost, Reset } from "./entry";
import { Home } from "./home";
import { Aside, Later } from "./later";
import { Offers } from "./offer";
import { Loading, type Face } from "./parts";
import { StepPage, Way } from "./path";
import { Settings } from "./settings";
import { Receipt } from "./wrapup";

const asked = () => import("./handover/asked");
const decisions = () => import("./decisions/page");
const money = () => import("./money/page");
const shifts = () => import("./shifts/page");
const shiftNews = () => import("./shifts/news");

export function App({ state, work }: Face) {
  const { me, route } = state;
  if (route.screen === "confirm") return <Confirm state={state} work={work} />;
  if (route.screen === "reset") return <Reset state={state} work={work} />;
  if (me === undefined) return <Loading />;
  if (me === null) return <Stranger state={state} work={work} />;
  if (me.agent.state !== "approved") return route.screen === "step" && me.agent.state === "applied" ? <StepPage state={state} work={work} /> : <Way state={state} work={work} />;
  return (
    <>
      <Screen state={state} work={work} />
      <Offers state={state} work={work} />
      {(state.desk?.questions.length ?? 0) > 0 && <Aside key="asked" fetch={asked} state={state} work={work} />}
      {(state.desk?.shift_news.length ?? 0) > 0 && <Aside key="shifts" fetch={shiftNews} state={state} work={work} />}
    </>
  );
}

function Stranger({ state, work }: Face) {
  const { screen } = state.route;
  if (screen === "mail") return <LookInMail />;
  if (screen === "home" || screen === "join") return <Landing state={state} work={work} />;
  return <LogIn state={state} work={work} />;
}

function Screen({ state, work }: Face) {
  switch (state.route.screen) {
    case "chats":
    case "chat":
      return <Chats state={state} work={work} />;
    case "earnings":
      return <Later key="money" fetch={money} state={state} work={work} />;
    case "shifts":
      return <Later key="shifts" fetch={shifts} state={state} work={work} />;
    case "decisions":
      return <Later key="decisions" fetch={decisions} state={state} work={work} />;
    case "receipt":
      return <Receipt state={state} work={work} />;
    case "settings":
      return <Settings state={state} work={work} />;
    case "lost":
      return <Lost />;
    default:
      return <Home state={state} work={work} />;
  }
}
