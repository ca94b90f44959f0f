/** What bytes are in words (the classes are bits): shared by indexing (over bytes) and by queries (over their text), so that both agree. */

export const SEPARATOR = 0;
export const LETTER = 1;
export const DIGIT = 2;
/** `_` and everything beyond ASCII: part of a word, neither letter nor digit. */
export const OTHER = 4;

/** Class of each byte value. */
export const CLASS = new Uint8Array(256);
/** ASCII upper case to lower case, all else as it is. */
export const FOLD = new Uint8Array(256);
/** Bit of a byte in the set of what hides behind the masks of a pattern; digits are in every such set. */
export const BIT = new Int32Array(256);

for (let byte = 0; byte < 256; byte++) {
  const upper = byte >= 65 && byte <= 90;
  FOLD[byte] = upper ? byte + 32 : byte;
  const folded = FOLD[byte]!;
  if (folded >= 97 && folded <= 122) {
    CLASS[byte] = LETTER;
    BIT[byte] = 1 << (folded - 97);
  } else if (byte >= 48 && byte <= 57) CLASS[byte] = DIGIT;
  else if (byte === 95 || byte >= 128) {
    CLASS[byte] = OTHER;
    BIT[byte] = 1 << 26;
  }
}

/** Characters that join parts of a number, a time or an address when a digit follows. */
export const JOINERS = '.:,/-';
for (const [index, char] of [...JOINERS].entries()) BIT[char.charCodeAt(0)] = 1 << (27 + index);

/** Whether the character at `at` is part of a word; false beyond the ends. */
export function isWordAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 128 || CLASS[code] !== SEPARATOR;
}

export function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** Lower case for ASCII only: never changes the length, and agrees with `FOLD`. */
export function foldCase(text: string): string {
  // Beyond ASCII only the marks of patterns have no lower case for sure.
  if (/^[\0-\x7f\ue000-\ue004]*$/.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** Hash of a word's folded bytes, as the masker computes it. */
export function wordHash(word: string): number {
  let hash = HASH_START;
  for (const byte of Buffer.from(word, 'utf8')) hash = Math.imul(hash ^ FOLD[byte]!, HASH_STEP);
  return hash;
}

export const HASH_START = 0x811c9dc5 | 0;
export const HASH_STEP = 0x01000193;
