// Icons that only the dashboard draws, on the grid of shared/icons.tsx.

export const BECKON = "M4 19V9a8 8 0 0 1 16 0v2M8 19v-9a4 4 0 0 1 8 0v5a4 4 0 0 1-4 4";
export const POWER = "M12 4v8M7 6.8a7 7 0 1 0 10 0";
export const WALLET = "M18 8V6a1 1 0 0 0-1-1H6a2 2 0 0 0 0 4h13a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H6a2 2 0 0 1-2-2V7M16 14h.01";
export const CALENDAR = "M5 6.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7.5a1 1 0 0 1 1-1ZM4 11h16M8.5 4v4M15.5 4v4";
export const SLIDERS = "M4 8h9M17 8h3M4 16h3M11 16h9M13 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0M7 16a2 2 0 1 0 4 0a2 2 0 1 0-4 0";
export const HOURGLASS = "M7 4h10M7 20h10M8 4v3.5l4 4.5 4-4.5V4M8 20v-3.5l4-4.5 4 4.5V20";
/** Rings of one stroke each: together a full dot. */
export const DOT = "M6 12a6 6 0 1 0 12 0a6 6 0 1 0-12 0ZM8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0ZM10 12a2 2 0 1 0 4 0a2 2 0 1 0-4 0ZM12 12h.01";
export const RING = "M5 12a7 7 0 1 0 14 0a7 7 0 1 0-14 0Z";
export const SPEECH = "M4 6h9M8.5 4v2M11 6c-.8 3.5-3 6-6.5 7.5M6.5 9c1 2 2.8 3.5 5 4.3M12 20l4-9 4 9M13.3 17h5.4";
export const SOUND = "M5 10v4h3l4 4V6l-4 4ZM16 9a4.2 4.2 0 0 1 0 6";
export const WIFI = "M4 10a12 12 0 0 1 16 0M7 13.5a7.5 7.5 0 0 1 10 0M10 17a3 3 0 0 1 4 0";
export const GO = "M5 12h14M13 6l6 6-6 6";
export const BACK = "M19 12H5M11 6l-6 6 6 6";
export const CAP = "M3 9.5 12 5l9 4.5-9 4.5ZM7 11.5v4.5c3 2.5 7 2.5 10 0v-4.5M21 9.5v5";
export const HEART = "M12 19.5 4.9 12.4a4.4 4.4 0 0 1 6.2-6.2l.9.9.9-.9a4.4 4.4 0 0 1 6.2 6.2Z";
export const FLAG = "M6 20.5V4M6 5h11l-2.5 3.5L17 12H6";
export const MOON = "M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7Z";
export const STOP = "M8.5 3.5h7l5 5v7l-5 5h-7l-5-5v-7ZM12 8v4.5M12 16h.01";
export const PLUS = "M12 5v14M5 12h14";
export const SQUARE = "M5 5h14v14H5Z";
export const SCALES = "M12 4v16M8 20h8M5 7h14M5 7l-2.5 6a2.8 2.8 0 0 0 5 0ZM19 7l-2.5 6a2.8 2.8 0 0 0 5 0Z";
