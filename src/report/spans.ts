/** A stretch of a sentence: plain words, or what the author put between backticks. */
export interface Span {
  readonly code: boolean;
  readonly text: string;
}

/** Splits at pairs of backticks; an odd one stays what it is. */
export function spans(text: string): Span[] {
  const parts = text.split('`');
  if (parts.length % 2 === 0) {
    const last = parts.pop()!;
    parts[parts.length - 1] += `\`${last}`;
  }
  return parts.map((part, i) => ({ code: i % 2 === 1, text: part })).filter((s) => s.text !== '');
}
