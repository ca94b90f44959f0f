import type { AnalysisDocument, DocLayer } from '../model/document.js';
import { clean, hanging, padEnd, section, type Paint, type TextOptions } from './layout.js';
import { LAYER_NAME } from './words.js';

const MARK: Record<DocLayer['result'], string> = { ok: '✓', failing: '✕', undecided: '?' };
const NAME_WIDTH = Math.max(...Object.values(LAYER_NAME).map((n) => n.length));
const RESULT_WIDTH = 'undecided'.length;

/** Layer, result and verdict, the verdict wrapped under itself. What was tested is in the other formats. */
export function layersText(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const lines = (d.layers ?? []).map((row) => {
    const color = row.result === 'ok' ? c.green : row.result === 'failing' ? c.red : c.yellow;
    const head = `  ${MARK[row.result]} ${padEnd(LAYER_NAME[row.layer], NAME_WIDTH)}  ${padEnd(row.result, RESULT_WIDTH)}  `;
    const ids = row.evidence.filter((id) => id.startsWith('F-')).slice(0, 4);
    const text = `${clean(row.verdict)}${ids.length > 0 ? ` [${ids.join(', ')}]` : ''}`;
    // On a narrow terminal the verdict goes below, or it would be a column of single words.
    const rest = o.width < 72 ? '      ' : ' '.repeat(head.length);
    const whole =
      o.width < 72
        ? `${head.trimEnd()}\n${hanging(rest, rest, text, o.width)}`
        : hanging(head, rest, text, o.width);
    return `  ${color(whole.slice(2, 3))}${whole.slice(3)}`;
  });
  return section('Layers', lines.join('\n'), c);
}
