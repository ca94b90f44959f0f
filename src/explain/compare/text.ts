/** `compare` for a terminal: what sets nodes apart, the odd one out first. */
import { clean, paint, wrap, type Paint, type TextOptions } from '../../report/layout.js';
import { count } from '../checks/make.js';
import { bullet, oneLine } from '../text.js';
import type { CompareReport, ComparedValue, Difference, FindingDifference } from './report.js';

/** Differences of one group on a terminal; JSON has more. */
const MAX_PER_GROUP = 30;

const GROUPS: Readonly<Record<Difference['group'], string>> = {
  version: 'VERSIONS',
  setting: 'SETTINGS OF THE CNI',
  sysctl: 'KERNEL SETTINGS',
  interface: 'INTERFACES',
  'cni-file': 'CNI CONFIGURATION FILES',
  iptables: 'PACKET FILTER',
  routing: 'ROUTES AND RULES',
  dns: 'DNS',
  agent: 'AGENTS',
};

export function renderCompare(r: CompareReport, o: TextOptions): string {
  const c = paint(o);
  const parts = [head(r, c, o), findings(r, c, o)];
  for (const [group, title] of Object.entries(GROUPS)) {
    const own = r.differences.filter((d) => d.group === group);
    if (own.length === 0) continue;
    const shown = own.slice(0, MAX_PER_GROUP).map((d) => difference(d, c, o));
    if (own.length > shown.length) shown.push(`  … and ${own.length - shown.length} more in the JSON`);
    parts.push(`${c.bold(title)}\n${shown.join('\n')}`);
  }
  parts.push(remarks(r, c, o));
  return `${parts.filter((p) => p !== '').join('\n\n')}\n`;
}

function head(r: CompareReport, c: Paint, o: TextOptions): string {
  const n = r.differences.length + r.left_out;
  const lines = r.nodes.map((x) =>
    bullet(`${clean(x.node)} (${clean(x.input)}, collected ${x.collected_at ?? 'at an unknown time'})`, o),
  );
  const verdict =
    n === 0 && r.findings.length === 0
      ? c.green('no difference that counts')
      : `${count(r.findings.length, 'finding')} and ${count(n, 'property', 'properties')} differ, ${r.alike} are alike`;
  return [c.bold(`${r.nodes.length} NODES COMPARED`), ...lines, verdict].join('\n');
}

function findings(r: CompareReport, c: Paint, o: TextOptions): string {
  const lines = r.findings.map((f) => finding(f, c, o));
  if (r.common_findings.length > 0) {
    const names = r.common_findings.map((f) => f.rule).join(', ');
    lines.push(wrap(`on all nodes, or of none in particular: ${clean(names)}`, o.width, '  '));
  }
  if (lines.length === 0) return '';
  return `${c.bold('FINDINGS')}\n${lines.join('\n')}`;
}

function finding(f: FindingDifference, c: Paint, o: TextOptions): string {
  const color = f.severity === 'critical' || f.severity === 'high' ? c.red : c.yellow;
  return [
    color(bullet(`${f.severity}: ${clean(f.title)} [${f.rule}]`, o)),
    wrap(`on ${names(f.nodes)}; not on ${names(f.not_on)}${odd(f.odd_one_out)}`, o.width, '      '),
    wrap(oneLine(f.diagnosis), o.width, '      '),
  ].join('\n');
}

function difference(d: Difference, c: Paint, o: TextOptions): string {
  const lines = [c.bold(bullet(`${oneLine(d.property)}${odd(d.odd_one_out)}`, o))];
  for (const v of d.values) lines.push(value(v, c, o));
  if (d.not_collected.length > 0)
    lines.push(wrap(`not known on ${names(d.not_collected)}`, o.width, '      '));
  return lines.join('\n');
}

function value(v: ComparedValue, c: Paint, o: TextOptions): string {
  const what = v.value === null ? 'not there' : oneLine(v.value);
  const line = wrap(`${what}: ${names(v.nodes)}`, o.width, '      ');
  if (v.file === null) return line;
  return `${line}\n        ${c.cyan(`${clean(v.file)}${v.line === null ? '' : `:${v.line}`}`)}`;
}

const odd = (nodes: readonly string[] | null): string =>
  nodes === null || nodes.length === 0 ? '' : `, odd one out: ${names(nodes)}`;

function names(nodes: readonly string[]): string {
  const rest = nodes.length - 8;
  return nodes.slice(0, 8).map(clean).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function remarks(r: CompareReport, c: Paint, o: TextOptions): string {
  const everywhere = (r.not_collected[0]?.what ?? []).filter((w) =>
    r.nodes.every(({ node }) => lacks(r, node, w)),
  );
  const lines = r.not_collected.flatMap((n) => {
    const own = n.what.filter((w) => !everywhere.includes(w));
    return own.length === 0
      ? []
      : [bullet(`on ${clean(n.node)}, where it was not collected: ${own.map(clean).join(', ')}`, o)];
  });
  if (everywhere.length > 0) {
    lines.push(bullet(`on no node, none has it: ${everywhere.map(clean).join(', ')}`, o));
  }
  if (r.undecided_rules.length > 0) {
    lines.push(
      bullet(
        `${count(r.undecided_rules.length, 'rule')} could not be decided on every node, most of them for want of captures; the JSON names them`,
        o,
      ),
    );
  }
  return lines.length === 0 ? '' : `${c.bold('NOT COMPARED')}\n${lines.join('\n')}`;
}

function lacks(r: CompareReport, node: string, what: string): boolean {
  return r.not_collected.some((n) => n.node === node && n.what.includes(what));
}
