/** One behind the other, and where each ends. */
export function joined(parts: readonly Uint8Array[]): { bytes: Uint8Array; ends: Uint32Array } {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  const ends = parts.map((part) => {
    bytes.set(part, at);
    return (at += part.length);
  });
  return { bytes, ends: Uint32Array.from(ends) };
}
