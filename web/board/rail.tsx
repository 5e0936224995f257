// The operators' rail: the live board, the planning board, and the admin's lists that this operator may see.
import { CHAT, HOME, Icon, MONEY, NOTE, PERSON, SHIELD, TRANSFER } from "../shared/icons";

const BECKON = "M4 19V9a8 8 0 0 1 16 0v2M8 19v-9a4 4 0 0 1 8 0v5a4 4 0 0 1-4 4";
const BOARD = "M4 4.500h16v15H4ZM8 15.500v-3M12 15.500v-7M16 15.500v-5";
const PLAN = "M4 5.500h16v14H4ZM4 10h16M8.500 3v4M15.500 3v4M8 14.500h4M14 14.500h2";
const ICONS: Record<string, string> = {
  Conversation: CHAT,
  Escalation: TRANSFER,
  Agent: PERSON,
  PayPlan: NOTE,
  Posting: MONEY,
  Brand: HOME,
  Entry: SHIELD,
};

interface RailProps {
  /** Name of a kind of record -> the admin's list of it, for those the operator may see. */
  rooms: Record<string, string>;
  here: "board" | "planning";
  /** Which of the two boards this operator may see, in the words of the face. */
  boards: Partial<Record<"board" | "planning", string>>;
  label: string;
  name: (room: string) => string;
}

export function Rail({ rooms, here, boards, label, name }: RailProps) {
  const place = (which: "board" | "planning", href: string, icon: string) =>
    boards[which] !== undefined && (
      <a class="place" href={href} title={boards[which]} {...(here === which ? { "aria-current": "page" as const } : {})}>
        <Icon d={icon} />
        <span>{boards[which]}</span>
      </a>
    );
  return (
    <nav class="rail" id="sections" tabindex={-1} aria-label={label}>
      <span class="wordmark">
        <Icon d={BECKON} size="large" />
        <span>Beckon</span>
      </span>
      {place("board", "/board", BOARD)}
      {place("planning", "/board/planning", PLAN)}
      {Object.entries(rooms).map(([room, address]) => (
        <a key={room} class="place" href={address} title={name(room)}>
          <Icon d={ICONS[room] ?? NOTE} />
          <span>{name(room)}</span>
        </a>
      ))}
    </nav>
  );
}
