// Icons that only the money pages draw.
export { GO, HOURGLASS } from "../marks";
export const LOCK = "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3";
export const BANK = "M4 9.5 12 4.5l8 5ZM6 10v7M10 10v7M14 10v7M18 10v7M4 20h16";
export const QUESTION = "M12 20.5a8.5 8.5 0 1 1 0-17 8.5 8.5 0 0 1 0 17ZM9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6M12 16.4v.1";
