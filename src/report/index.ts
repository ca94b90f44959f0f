import { stringify } from 'yaml';
import type { AnalysisDocument } from '../model/document.js';
import { renderText, type TextOptions } from './text.js';

export const FORMATS = ['text', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** Renders the document; every format holds the same facts. */
export function render(document: AnalysisDocument, format: Format, options: TextOptions): string {
  switch (format) {
    case 'text':
      return renderText(document, options);
    case 'json':
      return `${JSON.stringify(document, null, 2)}\n`;
    case 'yaml':
      return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
  }
}
