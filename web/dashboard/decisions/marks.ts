// Icons that only the page of decisions draws.
export { SCALES } from "../marks";
export const BELL = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15ZM10 20.5h4";
