import { isRecord, type Json } from './json.js';

/** One JSON document of a text that may hold several, one after the other, and error messages between them. */
export interface JsonDocument {
  readonly value: Json;
  /** Offset of its first character in the text. */
  readonly start: number;
}

export interface JsonDocuments {
  readonly documents: readonly JsonDocument[];
  /** The last document has no end. */
  readonly truncated: boolean;
  /** Pieces between or within documents that are no JSON. */
  readonly rejected: number;
}

const MAX_DOCUMENTS = 1000;

/**
 * Splits concatenated JSON: the collector appends (`{…}{…}`), and `ctr` mixes in its error messages.
 *
 * Only objects and arrays count as documents; text outside of them is counted under `rejected` when it is not blank.
 */
export function readJsonDocuments(text: string): JsonDocuments {
  const documents: JsonDocument[] = [];
  let rejected = 0;
  let at = 0;
  // Each retry reads on to the end: the budget keeps hostile text from making that quadratic.
  let budget = 4 * text.length;
  while (at < text.length && documents.length < MAX_DOCUMENTS && rejected < MAX_DOCUMENTS) {
    if (budget < 0) return { documents, truncated: true, rejected };
    const start = nextOpening(text, at);
    if (start === -1) {
      if (text.slice(at).trim() !== '') rejected += 1;
      break;
    }
    if (text.slice(at, start).trim() !== '') rejected += 1;
    const end = closing(text, start);
    budget -= (end === -1 ? text.length : end) - start;
    if (end === -1) {
      // Either the end is missing, or a brace of an error message opened it: try again from the next line.
      const again = text.indexOf('\n{', start);
      if (again === -1) return { documents, truncated: true, rejected };
      rejected += 1;
      at = again;
      continue;
    }
    try {
      documents.push({ value: JSON.parse(text.slice(start, end + 1)) as Json, start });
      at = end + 1;
    } catch {
      rejected += 1;
      const again = text.indexOf('\n{', start + 1);
      at = again === -1 || again > end ? end + 1 : again;
    }
  }
  return { documents, truncated: false, rejected };
}

function nextOpening(text: string, from: number): number {
  const brace = text.indexOf('{', from);
  const bracket = text.indexOf('[', from);
  if (brace === -1) return bracket;
  return bracket === -1 ? brace : Math.min(brace, bracket);
}

/** Offset of the bracket that closes the one at `start`, or -1. Brackets inside strings do not count. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
      if (i === -1) return -1;
    } else if (c === 0x7b || c === 0x5b) {
      depth += 1;
    } else if (c === 0x7d || c === 0x5d) {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return -1;
}

function endOfString(text: string, quote: number): number {
  for (let i = quote + 1; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i += 1;
    else if (c === 0x22) return i;
    // A raw line break ends no JSON string: whatever this is, it is not JSON.
    else if (c === 0x0a) return -1;
  }
  return -1;
}

/** The last document that is an object: what counts in a file that two runs of the collector appended to. */
export function lastObject(read: JsonDocuments): (JsonDocument & { value: Record<string, Json> }) | null {
  for (let i = read.documents.length - 1; i >= 0; i -= 1) {
    const document = read.documents[i]!;
    if (isRecord(document.value)) return { start: document.start, value: document.value };
  }
  return null;
}
