import type { AnalysisDocument } from '../model/document.js';
import { UNSAFE_CHARACTERS } from './unsafe.js';

/**
 * Indented JSON. What could steer a terminal or turn the direction of text is written as `\uXXXX`: the same value
 * for a parser, harmless for a reader.
 */
export function renderJson(document: AnalysisDocument): string {
  return `${escaped(JSON.stringify(document, null, 2))}\n`;
}

/** Newlines stand only between the tokens of JSON text, and stay. */
export function escaped(text: string): string {
  return text.replace(UNSAFE_CHARACTERS, (c) =>
    c === '\n' ? c : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
