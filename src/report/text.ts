import type { AnalysisDocument } from '../model/document.js';
import { bullet, clean, paint, section, wrap, type Paint, type TextOptions } from './layout.js';
import { coverageText } from './text-coverage.js';
import { findingsText } from './text-findings.js';
import { flowsText } from './text-flows.js';
import { layersText } from './text-layers.js';
import { logsText } from './text-logs.js';
import { pathPicture } from './text-path.js';
import { doLater, doNow } from './words.js';

export type { TextOptions } from './layout.js';

const MAX_AGAINST = 8;

/**
 * The report for a terminal: the same order and words as the page. The first screen holds what is wrong, what to do
 * and where it happens.
 */
export function renderText(d: AnalysisDocument, o: TextOptions): string {
  const c = paint(o);
  const sections = [
    verdict(d, c, o),
    d.coverage.captures.length > 0 ? section('Path', pathPicture(d, o), c) : '',
    against(d, c, o),
    findingsText(d, c, o),
    layersText(d, c, o),
    flowsText(d, c, o),
    logsText(d, c, o),
    coverageText(d, c, o),
    next(d, c, o),
  ];
  return `${sections.filter((s) => s !== '').join('\n\n')}\n`;
}

function verdict(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const { category, summary, confidence } = d.diagnosis;
  const [mark, color] =
    category === 'none' ? ['✓', c.green] : category === 'unknown' ? ['?', c.yellow] : ['✕', c.red];
  const head = wrap(`${mark} ${clean(d.root_cause)}`, o.width);
  const facts = [
    `severity ${d.severity}`,
    `confidence ${confidence}`,
    d.traffic_path === 'unknown' ? '' : d.traffic_path.replace('_', ' '),
    `drop point ${d.packet_trace.drop_point}`,
  ].filter((s) => s !== '');
  const lines = [
    head
      .split('\n')
      .map((l) => c.bold(color(l)))
      .join('\n'),
    wrap(facts.join(', '), o.width),
  ];
  // An undecided case says in its cause all there is to say.
  if (!d.root_cause.endsWith(summary)) lines.push('', wrap(clean(summary), o.width));
  const now = doNow(d);
  if (now !== null) {
    const label = `${now.label}:`;
    lines.push('', c.bold(label) + wrap(`${label} ${clean(now.text)}`, o.width).slice(label.length));
  }
  return lines.join('\n');
}

function against(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const all = d.diagnosis.against;
  const lines = all.slice(0, MAX_AGAINST).map((a) => bullet(clean(a), o));
  if (all.length > MAX_AGAINST) lines.push(`  … and ${all.length - MAX_AGAINST} more in the JSON report`);
  return section('What speaks against it', lines.join('\n'), c);
}

/** Commands are never wrapped or cut: they are there to be pasted. */
function next(d: AnalysisDocument, c: Paint, o: TextOptions): string {
  const lines = [
    ...doLater(d).map(([when, what]) => bullet(`${when}: ${clean(what)}`, o)),
    ...d.next_steps.map((s) => `${bullet(clean(s.why), o)}\n      ${c.cyan(clean(s.command))}`),
  ];
  return section('Next steps', lines.join('\n'), c);
}
