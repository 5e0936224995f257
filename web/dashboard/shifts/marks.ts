// Icons that only the shifts' pages draw.
export { DOT, FLAG, HEART, HOURGLASS, PLUS, RING } from "../marks";
export const PLUS_ROUND = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM12 8.5v7M8.5 12h7";
export const CHECK_ROUND = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM8.5 12.2l2.4 2.4 4.6-4.8";
export const NOT = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0-17 0ZM6 6l12 12";
export const PEOPLE = "M5.5 8.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0ZM2.5 19.5a6.5 6.5 0 0 1 13 0M15 5.2a3.5 3.5 0 0 1 0 6.6M18 14a6.5 6.5 0 0 1 3.5 5.5";
export const SWAP = "M4 8.5h15M15.5 5 19 8.5 15.5 12M20 15.5H5M8.5 12 5 15.5 8.5 19";
export const LEFT = "m14.5 6-6 6 6 6";
