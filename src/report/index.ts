import type { AnalysisDocument } from '../model/document.js';
import type { Format } from './formats.js';
import { renderHtml } from './html/page.js';
import { renderJson } from './json.js';
import { renderJunit } from './junit.js';
import { renderMarkdown } from './markdown.js';
import { renderSarif } from './sarif.js';
import { renderText, type TextOptions } from './text.js';
import { renderYaml } from './yaml.js';

export { FORMATS, type Format } from './formats.js';

/** For text that no terminal shows. */
const PLAIN: TextOptions = { color: false, width: 80 };

/** Renders the document; every format holds the same facts. Pure: the same document gives the same bytes. */
export function render(document: AnalysisDocument, format: Format, options: TextOptions = PLAIN): string {
  switch (format) {
    case 'text':
      return renderText(document, options);
    case 'json':
      return renderJson(document);
    case 'yaml':
      return renderYaml(document);
    case 'markdown':
      return renderMarkdown(document);
    case 'html':
      return renderHtml(document);
    case 'sarif':
      return renderSarif(document);
    case 'junit':
      return renderJunit(document);
  }
}
