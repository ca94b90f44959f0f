import type { AnalysisDocument } from '../model/document.js';
import type { Verdict } from '../model/trace.js';
import { flowGroups, flowNumbers, hostOf, sourcePorts, type FlowGroup } from './flow-groups.js';
import { clean, hanging, section, wrap, type Paint, type TextOptions } from './layout.js';
import { DIRECTION_NAME, SEGMENT_NAME } from './words.js';

const MAX_BAD = 8;
const MAX_HEALTHY = 6;

const MARK: Record<Verdict, string> = {
  delivered: '✓',
  dropped: '✕',
  lossy: '~',
  rejected: '⊘',
  inconclusive: '?',
};

/** Flows of one fate share an entry; healthy ones are listed only where nothing is wrong. */
export function flowsText(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  if (d.flows.length === 0) return '';
  const n = d.flow_counts;
  const counts = (Object.keys(n) as Verdict[])
    .filter((v) => n[v] > 0 || v === 'delivered')
    .map((v) => `${n[v]} ${v}`);
  const bad = d.flows.filter((f) => f.verdict !== 'delivered');
  const groups = flowGroups(d.flows, (f) => bad.length === 0 || f.verdict !== 'delivered');
  const most = bad.length > 0 ? MAX_BAD : MAX_HEALTHY;
  const rows = groups.slice(0, most).map((g) => entry(g, o));
  if (groups.length > most) rows.push(`  … and ${groups.length - most} more kinds in the JSON report`);
  return section(
    'Flows',
    [wrap(`${counts.join(', ')}; [n] is the number for trace --flow`, o.width, '  '), ...rows].join('\n'),
    c,
  );
}

function entry(g: FlowGroup, o: TextOptions): string {
  const f = g.flows[0]!;
  const many = g.flows.length > 1;
  const ports = many ? sourcePorts(g, 3) : '';
  const src = many ? hostOf(f.src) : f.src;
  const nat = f.translated === null || f.translated.dst === f.dst ? '' : ` (NAT: ${clean(f.translated.dst)})`;
  const head = `${MARK[g.verdict]} [${flowNumbers(g)}] ${g.verdict}  ${many ? `${g.flows.length} × ` : ''}${clean(f.protocol)} ${clean(src)} → ${clean(f.dst)}${nat}${ports === '' ? '' : `, ports ${ports}`}`;
  const lines = [hanging('  ', '    ', head, o.width)];
  if (g.verdict === 'delivered') return lines[0]!;
  const place =
    g.segment === 'none' ? '' : `${SEGMENT_NAME[g.segment]} ${DIRECTION_NAME[g.direction]}`.trim();
  lines.push(wrap(`${place === '' ? '' : `${place}: `}${clean(g.explanation)}`, o.width, '      '));
  return lines.join('\n');
}
