// What is not needed in the first second: loaded as soon as the panel stands.
import styles from "./later.css?url";
import { learn } from "./speak";
import { later } from "./words/en-later";

learn(later);
const link = document.createElement("link");
link.rel = "stylesheet";
link.href = styles;
document.head.append(link);

export { earlier } from "./earlier";
export { Broke, Unavailable } from "./broken";
export { HandOff } from "./handoff";
export { Nobody } from "./nobody";
export { Menu } from "./menu";
export { Promised } from "./promise";
export { InLine } from "./queue";
export { CardSafe, Refused } from "./refused";
export { Rate, Thanks } from "./rate";
export { paint } from "./theme";
