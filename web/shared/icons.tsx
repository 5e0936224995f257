// Drawn on a 24 x 24 grid with a 2 px stroke; style comes from base.css. A face pays only for the icons it names.

export const CHAT = "M20.5 11.5a8 8 0 0 1-11.6 7.1L4 20l1.4-4.7a8 8 0 1 1 15.1-3.8Z";
export const PERSON = "M8 8a4 4 0 1 0 8 0a4 4 0 1 0 -8 0ZM4.5 20.5a7.5 7.5 0 0 1 15 0";
export const SPARK = "m12 3.5 2.1 6.4 6.4 2.1-6.4 2.1-2.1 6.4-2.1-6.4L3.5 12l6.4-2.1Z";
export const SEND = "M12 19V5M5.5 11.5 12 5l6.5 6.5";
export const DOWN = "m6 9.5 6 6 6-6";
export const ON = "m9.5 6 6 6-6 6";
export const MORE = "M5.5 12h.01M12 12h.01M18.5 12h.01";
export const PAGE = "M6 3.5h8l4.5 4.5v12.5H6ZM13.5 3.5v5h5M9.5 13h5.5M9.5 16.5h5.5";
export const CHECK = "m5 12.5 4.5 4.5L19 7.5";
export const CLOCK = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0ZM12 7.5V12l3 2";
export const OFFLINE =
  "m3 3 18 18M8.5 15.5a5 5 0 0 1 7 0M5 12.2a10 10 0 0 1 4.2-2.6M14.5 9.5a10 10 0 0 1 4.5 2.7M2 8.7A14.5 14.5 0 0 1 5.5 6.4M10 5.1a14.6 14.6 0 0 1 12 3.6M12 19h.01";
export const BROKEN = "m10 7 2-2a4.2 4.2 0 0 1 6 6l-2 2M14 17l-2 2a4.2 4.2 0 0 1-6-6l2-2M4 4l2.5 2.5M17.5 17.5 20 20";
export const BELL = "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15ZM10 21h4";
export const LEAVE = "M13.5 4H6v16h7.5M11 12h10M17.5 8.5 21 12l-3.5 3.5";
export const MAIL = "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2ZM3.5 7.5l8.5 6 8.5-6";
export const BIN = "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10.5 11v5M13.5 11v5";
export const SHIELD = "m12 3.5 7.5 2.5v5.5c0 4.5-3 7.5-7.5 9-4.5-1.5-7.5-4.5-7.5-9V6ZM9 12l2.2 2.2 4-4.2";
export const ALERT = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0ZM12 7.8v4.7M12 16h.01";
export const INFO = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0ZM12 11.5v4.7M12 8h.01";
export const RETRY = "M4 12.5a8 8 0 1 0 2.3-6L4 8.8M4 4v4.8h4.8";
export const GLOBE = "M3.5 12a8.5 8.5 0 1 0 17 0a8.5 8.5 0 1 0 -17 0ZM3.5 12h17M12 3.5c3.3 3.2 3.3 13.8 0 17-3.3-3.2-3.3-13.8 0-17Z";
export const EYE_OFF =
  "m4 4 16 16M10 6.2A9.5 9.5 0 0 1 21 12a14 14 0 0 1-2.3 3M6.5 7.5A14 14 0 0 0 3 12a9.7 9.7 0 0 0 13 4.8M10.3 10.3a2.5 2.5 0 0 0 3.5 3.5";
export const CLOSE = "M6 6l12 12M18 6 6 18";
export const HOME = "M4 11.5 12 4.5l8 7V20h-5.5v-5.5h-5V20H4Z";
export const MONEY = "M3.5 6.5h17v11h-17ZM9.5 12a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0ZM7 12h.01M17 12h.01";
export const GEAR =
  "M9 12a3 3 0 1 0 6 0a3 3 0 1 0 -6 0ZM12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1";
export const NOTE = "M5 4.5h14v10L14.5 19H5ZM14.5 19v-4.5H19M8.5 9h7M8.5 12.5h4";
export const TRANSFER = "M4 8.5h14M14.5 5 18 8.5 14.5 12M20 15.5H6M9.5 12 6 15.5 9.5 19";
export const PAUSE = "M8.5 5.5v13M15.5 5.5v13";
export const PLAY = "M8 5.5v13l10.5-6.5Z";

interface IconProps {
  d: string;
  size?: "small" | "large";
  /** Mirrors in right-to-left text. */
  directed?: boolean;
}

/** Always decoration: the words beside it, or the control's label, say what it means. */
export function Icon({ d, size, directed }: IconProps) {
  const name = `icon${size ? ` is-${size}` : ""}${directed ? " is-directed" : ""}`;
  return (
    <svg class={name} viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  );
}

const FILLS = [
  "M6.4 16.2a7 7 0 0 0 11.2 0Z",
  "M5.14 13.4a7 7 0 0 0 13.72 0Z",
  "M5.14 10.6a7 7 0 1 0 13.72 0Z",
  "M6.4 7.8a7 7 0 1 0 11.2 0Z",
  "M5 12a7 7 0 1 0 14 0a7 7 0 1 0-14 0Z",
];

/** A circle filled to `grade` fifths. */
export function GradeIcon({ grade }: { grade: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="9.5" />
      <path fill="currentColor" stroke="none" d={FILLS[grade - 1] ?? ""} />
    </svg>
  );
}
