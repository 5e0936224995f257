// Icons that only the money pages draw.
export { GO, HOURGLASS } from "../marks";
export const LOCK = "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3";
export const BANK = "M4 9.5 12 4.5l8 5ZM6 10v7M10 10v7M14 10v7M18 10v7M4 20h16";
