/** Longest name that a message quotes, in characters. */
const MAX_NAME = 200;

/**
 * Characters that must not reach a terminal or a report as they are: C0 and C1 controls (escape sequences start
 * with them), line separators, zero-width and bidirectional controls (they reorder what a reader sees), and
 * unpaired surrogates.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** A name from a stranger's archive, made fit for a message: unsafe characters escaped, the middle cut when long. */
export function printable(name: string): string {
  return escapeUnsafe(
    name.length <= MAX_NAME ? name : `${name.slice(0, MAX_NAME / 2)}…${name.slice(-MAX_NAME / 2)}`,
  );
}

/** A line of a stranger's file, made fit for a terminal: unsafe characters escaped, nothing left out. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const code = c.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** `1.5 MiB`: sizes in messages. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${units[unit]!}`;
}
