import type { AnalysisDocument, DocLayer } from '../model/document.js';
import { clean, hanging, section, type Paint, type TextOptions } from './layout.js';
import { LAYER_NAME } from './words.js';

const MARK: Record<DocLayer['result'], string> = { ok: '✓', failing: '✕', undecided: '?' };

/**
 * The layers with their verdicts, those of one verdict together; of those that are well their names alone. What was
 * tested is in the other formats.
 */
export function layersText(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const groups = new Map<string, DocLayer[]>();
  for (const layer of d.layers ?? []) {
    const key = layer.result === 'ok' ? 'ok' : JSON.stringify([layer.result, layer.verdict]);
    groups.set(key, [...(groups.get(key) ?? []), layer]);
  }
  const lines = [...groups.values()].map((layers) => {
    const { result, verdict } = layers[0]!;
    const color = result === 'ok' ? c.green : result === 'failing' ? c.red : c.yellow;
    const names = layers.map((l) => LAYER_NAME[l.layer]).join(', ');
    const ids = [...new Set(layers.flatMap((l) => l.evidence.filter((id) => id.startsWith('F-'))))];
    const found = ids.length > 0 ? ` [${ids.slice(0, 4).join(', ')}]` : '';
    const text = result === 'ok' ? `${names}: ok` : `${names}: ${result}. ${clean(verdict)}${found}`;
    const whole = hanging(`  ${MARK[result]} `, '    ', text, o.width);
    return `  ${color(whole.slice(2, 3))}${whole.slice(3)}`;
  });
  return section('Layers', lines.join('\n'), c);
}
