import { quotaExceeded } from '../../../errors.ts';
import { cutText } from '../../shared/text.ts';

/** The server's own messages begin so, as in hawkBit; devices aren't shown them. */
export const SERVER_MESSAGE = 'Update Server: ';

/** Of an entry of the history, the server's own and each piece of a long one counted: as in hawkBit. */
const MOST_MESSAGES = 50;
/** A longer message is kept in pieces of so many UTF-16 units: as in hawkBit. */
const PIECE = 512;
/** Stands where the rest of what was said is missing. */
const CUT = ' … (cut off)';

/** What the server itself says beside what was said. */
interface Own {
  before?: readonly string[];
  after?: readonly string[];
}

/**
 * The messages of an entry: what was said, in pieces where it is long, between what the server says of it. What is more
 * than an entry may hold is cut off with a mark, but of each thing that was said at least the beginning stays.
 * @throws QUOTA_EXCEEDED where even that would be too many
 */
export function messagesOf(said: readonly string[], { before = [], after = [] }: Own = {}): string[] {
  let room = MOST_MESSAGES - before.length - after.length;
  if (said.length > room) throw quotaExceeded('messages of a report', MOST_MESSAGES, ['details']);
  const pieces = said.flatMap((message, index) => {
    const toCome = said.length - index - 1;
    const own = piecesOf(message, room - toCome);
    room -= own.length;
    return own;
  });
  return [...before, ...pieces, ...after];
}

function piecesOf(message: string, most: number): string[] {
  const pieces: string[] = [];
  let at = 0;
  do {
    const rest = message.slice(at);
    const mustEnd = pieces.length === most - 1 && rest.length > PIECE;
    const piece = cutText(rest, mustEnd ? PIECE - CUT.length : PIECE);
    pieces.push(mustEnd ? piece + CUT : piece);
    at += piece.length;
  } while (at < message.length && pieces.length < most);
  return pieces;
}
