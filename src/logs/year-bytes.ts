/** Month and day at the start of a line in a form without a year, read from its bytes: every line is asked. */

const BLANK = 32;
const MONTHS = new Map(
  ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'].map((name, index) => [
    (name.charCodeAt(0) << 16) | (name.charCodeAt(1) << 8) | name.charCodeAt(2),
    index + 1,
  ]),
);

/** `month << 5 | day` of a journal, syslog or klog line; 0 for any other. */
export function monthDayAt(bytes: Buffer, start: number, end: number): number {
  if (end - start < 15) return 0;
  if (bytes[start + 3] === BLANK && bytes[start + 6] === BLANK) {
    const month = MONTHS.get((bytes[start]! << 16) | (bytes[start + 1]! << 8) | bytes[start + 2]!) ?? 0;
    const tens = bytes[start + 4] === BLANK ? 0 : digit(bytes[start + 4]!);
    return valid(month, tens * 10 + digit(bytes[start + 5]!));
  }
  if (bytes[start + 5] === BLANK && isKlogLevel(bytes[start]!)) {
    const month = digit(bytes[start + 1]!) * 10 + digit(bytes[start + 2]!);
    return valid(month, digit(bytes[start + 3]!) * 10 + digit(bytes[start + 4]!));
  }
  return 0;
}

/** 100 for what is no digit, which no valid date survives. */
function digit(byte: number): number {
  return byte >= 48 && byte <= 57 ? byte - 48 : 100;
}

function valid(month: number, day: number): number {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? (month << 5) | day : 0;
}

function isKlogLevel(byte: number): boolean {
  return byte === 73 || byte === 87 || byte === 69 || byte === 70;
}
