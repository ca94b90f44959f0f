/** `path` for a terminal: the verdict, what decided it, and every step with its line. */
import { clean, fit, padEnd, paint, wrap, type Paint, type TextOptions } from '../../report/layout.js';
import type { PathDecision, PathDocument, PathNode, PathShape } from './document.js';
import type { PathStep } from './types.js';

const VERDICT_WORDS: Readonly<Record<string, string>> = {
  forwarded: 'FORWARDED',
  delivered: 'DELIVERED to a process of the node',
  dropped: 'DROPPED',
  rejected: 'REJECTED',
  undetermined: 'UNDETERMINED',
};

const KIND_WORDS: Readonly<Record<string, string>> = {
  rule: 'a rule',
  route: 'routing',
  policy: 'the policy of a chain',
  rp_filter: 'reverse path filtering',
  sysctl: 'a kernel setting',
};

export function renderPath(d: PathDocument, o: TextOptions): string {
  const c = paint(o);
  const nodes = [d, ...d.other_nodes];
  // What holds for the whole way is said once, at the end.
  const parts = [head(d, c, o), ...nodes.map((n) => nodeText(n, d.remarks, c, o))];
  if (d.return !== null && d.return.length > 0) {
    parts.push(c.bold('THE ANSWER'), ...d.return.map((n) => nodeText(n, d.remarks, c, o)));
  }
  const remarks = [
    ...d.assumptions.map((a) => bullet(`assumed: ${clean(a)}`, o)),
    ...d.remarks.map((n) => bullet(clean(n), o)),
  ];
  if (remarks.length > 0) parts.push(`${c.bold('TAKEN FOR GRANTED, AND NOT KNOWN')}\n${remarks.join('\n')}`);
  return `${parts.join('\n\n')}\n`;
}

function head(d: PathDocument, c: Paint, o: TextOptions): string {
  const { outcome, packet } = d;
  const asked = `${clean(packet.src)} → ${clean(packet.dst)}, ${packet.protocol}, ${packet.state === 'NEW' ? 'a new connection' : packet.state}`;
  const where =
    outcome.verdict === 'undetermined' ? `: look at ${clean(outcome.node)}` : ` on ${clean(outcome.node)}`;
  const verdict = wrap(`${VERDICT_WORDS[outcome.verdict] ?? outcome.verdict}${where}`, o.width)
    .split('\n')
    .map((line) => c.bold(tint(outcome.verdict, c)(line)));
  return [
    wrap(asked, o.width),
    verdict.join('\n'),
    ...decidedBy(outcome.decided_by, outcome.verdict, c, o),
  ].join('\n');
}

function tint(verdict: string, c: Paint): (text: string) => string {
  if (verdict === 'forwarded' || verdict === 'delivered') return c.green;
  return verdict === 'undetermined' ? c.yellow : c.red;
}

function decidedBy(by: PathDecision | null, verdict: string, c: Paint, o: TextOptions): string[] {
  if (by === null) return [];
  const answer = by.reject_with === undefined ? '' : `, answered with ${by.reject_with}`;
  const kind = by.text.startsWith('network policy') ? 'a network policy' : KIND_WORDS[by.kind];
  const lead = verdict === 'forwarded' || verdict === 'delivered' ? 'let through last by' : 'decided by';
  return [
    wrap(`${lead} ${kind ?? by.kind}${answer}: ${line(by.text)}`, o.width, '  '),
    ...(by.file === null ? [] : [`  ${c.cyan(place(by.file, by.line))}`]),
  ];
}

function nodeText(n: PathNode, remarks: readonly string[], c: Paint, o: TextOptions): string {
  const title = `${clean(n.node)}: ${clean(n.packet.src)} → ${clean(n.packet.dst)}, ${clean(n.packet.entry)}`;
  const lines = [
    wrap(title, o.width)
      .split('\n')
      .map((l) => c.bold(l))
      .join('\n'),
  ];
  lines.push(...shapeText(n, c, o, n.branches.length > 0));
  for (const [i, branch] of n.branches.entries()) {
    lines.push('', wrap(`possibility ${i + 1} of ${n.branches.length}`, o.width, '  '));
    lines.push(...shapeText({ ...branch, trail: branch.trail.slice(n.trail.length) }, c, o, false));
  }
  for (const note of n.notes) if (!remarks.includes(note)) lines.push(bullet(clean(note), o));
  return lines.join('\n');
}

function shapeText(shape: PathShape, c: Paint, o: TextOptions, common: boolean): string[] {
  const lines = shape.trail.flatMap((step, i) => stepText(step, isDeciding(shape, step, i), c, o));
  if (common) lines.push(wrap('from here on it can go several ways:', o.width, '  '));
  else {
    const out = shape.out_interface === null ? '' : ` by ${clean(shape.out_interface)}`;
    const t = shape.translated;
    const as =
      t === null
        ? ''
        : `, as ${clean(t.src ?? 'an unknown address')} → ${clean(t.dst ?? 'an unknown address')}`;
    lines.push(`  ${c.bold(tint(shape.verdict, c)(`= ${shape.verdict}${out}${as}`))}`);
    if (shape.decided_by !== null && !passes(shape))
      lines.push(...decidedBy(shape.decided_by, shape.verdict, c, o));
  }
  for (const reason of shape.undetermined)
    lines.push(wrap(`not determined: ${clean(reason)}`, o.width, '    '));
  return lines;
}

const passes = ({ verdict }: PathShape): boolean => verdict === 'forwarded' || verdict === 'delivered';

/** The last step that stands on the deciding line. */
function isDeciding({ decided_by: by, trail }: PathShape, step: PathStep, index: number): boolean {
  if (by === null || by.file === null || by.line === null) return false;
  const same = (s: PathStep): boolean => s.file === by.file && s.line === by.line;
  return same(step) && !trail.slice(index + 1).some(same);
}

function stepText(step: PathStep, deciding: boolean, c: Paint, o: TextOptions): string[] {
  const at = [step.table, step.chain].filter((v) => v !== null).join(' ');
  const first = `${deciding ? '>' : ' '} ${padEnd(step.hook, 12)}${padEnd(line(at), 30)} ${line(step.effect)}`;
  const where =
    step.file === null ? '' : `${place(deciding ? step.file : shortened(step.file), step.line)}  `;
  if (!deciding) return [fit(first, o.width), c.dim(fit(`      ${where}${line(step.text)}`, o.width))];
  return [
    c.bold(fit(first, o.width)),
    ...(where === '' ? [] : [`      ${c.cyan(where.trimEnd())}`]),
    wrap(line(step.text), o.width, '      '),
  ];
}

/** A line of a file in one row: `ip rule` separates its columns with tabs. */
function line(text: string): string {
  return clean(text.replaceAll('\t', ' '));
}

/** The end of a path that would fill the row: folders of a bundle within a folder are long and all alike. */
function shortened(file: string): string {
  return file.length <= 40 ? file : `…/${file.split('/').slice(-2).join('/')}`;
}

function place(file: string, line: number | null): string {
  return `${clean(file)}${line === null ? '' : `:${line}`}`;
}

function bullet(text: string, o: TextOptions): string {
  return `  - ${wrap(text, o.width, '    ').slice(4)}`;
}
