/** `network` for a terminal: what is wrong first, then what there is. */
import stringWidth from 'string-width';
import { clean, paint, wrap, type Paint, type TextOptions } from '../../report/layout.js';
import { count } from '../checks/make.js';
import type { Check, CheckStatus } from '../checks/types.js';
import { grid, oneLine } from '../text.js';
import type { NetworkReport, NodeReport, SectionReport } from './report.js';
import type { Cell, SectionName, Table } from './types.js';

/** Rows of a table on a terminal; JSON has more. */
const MAX_ROWS = 40;

const TITLES: Readonly<Record<SectionName, string>> = {
  eni: 'INTERFACES AND ADDRESSES',
  routes: 'ROUTES',
  rules: 'POLICY RULES',
  iptables: 'PACKET FILTER AND SERVICES',
  cni: 'VPC CNI',
  dns: 'DNS',
  conntrack: 'CONNECTION TRACKING',
  ebpf: 'NETWORK POLICY (EBPF)',
};

const MARK: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok     ',
  warning: 'warning',
  wrong: 'WRONG  ',
  unknown: 'unknown',
};

export function renderNetwork(report: NetworkReport, o: TextOptions): string {
  const c = paint(o);
  return `${report.nodes.map((node) => nodeText(node, c, o)).join('\n\n\n')}\n`;
}

function nodeText(node: NodeReport, c: Paint, o: TextOptions): string {
  const facts = Object.entries(node.identity)
    .filter(([key, value]) => value !== null && key !== 'instance_id')
    .map(([key, value]) => `${key.replaceAll('_', ' ')} ${clean(value!)}`);
  const head = [
    c.bold(wrap(`NODE ${clean(node.node)}`, o.width)),
    wrap(facts.join(', '), o.width),
    wrap(`collected ${node.collectedAt ?? 'at an unknown time'}`, o.width),
  ];
  return [head.join('\n'), summary(node, c, o), ...node.sections.map((s) => sectionText(s, c, o))].join(
    '\n\n',
  );
}

/** All that is not ok, before anything else. */
function summary(node: NodeReport, c: Paint, o: TextOptions): string {
  const lines = node.sections.flatMap((s) =>
    s.checks
      .filter((k) => k.status === 'wrong' || k.status === 'warning')
      .map((k) => ({ status: k.status, text: checkText(k, c, o, false) })),
  );
  const sorted = [
    ...lines.filter((l) => l.status === 'wrong'),
    ...lines.filter((l) => l.status === 'warning'),
  ];
  const open = node.sections.reduce((n, s) => n + s.checks.filter((k) => k.status === 'unknown').length, 0);
  const rest = open === 0 ? [] : [`  ${count(open, 'check')} could not be decided`];
  if (sorted.length > 0) return [...sorted.map((l) => l.text), ...rest].join('\n');
  const nothing = '  nothing wrong was found in what was collected';
  return [open === 0 ? c.green(nothing) : nothing, ...rest].join('\n');
}

function sectionText(s: SectionReport, c: Paint, o: TextOptions): string {
  const lines = [c.bold(TITLES[s.name]), ...s.checks.map((k) => checkText(k, c, o, true))];
  for (const n of s.notCollected) {
    const state = n.state === 'missing' ? 'not collected' : n.state;
    const note = n.note === null ? '' : ` — ${oneLine(n.note)}`;
    lines.push(wrap(`${state}: ${n.what} (${clean(n.file)})${note}`, o.width, '  '));
  }
  for (const t of s.tables) if (t.rows.length > 0) lines.push('', tableText(t, c, o));
  return lines.join('\n');
}

function checkText(check: Check, c: Paint, o: TextOptions, evidence: boolean): string {
  const paintOf = { ok: c.green, warning: c.yellow, wrong: c.red, unknown: c.dim }[check.status];
  const body = wrap(`${check.id}: ${oneLine(check.reason)}`, o.width, '          ').slice(10);
  const lines = [`  ${paintOf(MARK[check.status])} ${body}`];
  if (evidence && (check.status === 'wrong' || check.status === 'warning')) {
    for (const e of check.evidence) {
      const place = e.line === null ? clean(e.file) : `${clean(e.file)}:${e.line}`;
      lines.push(`            ${c.cyan(place)}`, wrap(oneLine(e.text), o.width, '            '));
    }
  }
  return lines.join('\n');
}

function tableText(t: Table, c: Paint, o: TextOptions): string {
  const shown = t.rows.slice(0, MAX_ROWS);
  const columns = fitting(t, shown, o);
  const cells = shown.map((row) => columns.map((col) => cellText(row[col.key] ?? null)));
  const rest = t.rows.length - shown.length + t.leftOut;
  const lines = [
    wrap(t.title, o.width, '  '),
    grid(
      columns.map((col) => col.title),
      cells,
      c,
      o,
    ),
  ];
  if (rest > 0) lines.push(`    … and ${rest} more${t.leftOut > 0 ? '' : ' in the JSON'}`);
  const first = shown[0]?.['evidence'];
  if (typeof first === 'string') lines.push(`    ${c.cyan(`from ${clean(first.replace(/:\d+$/, ''))}`)}`);
  return lines.join('\n');
}

/** A column that says nothing in any row, and the place of each row, are in the JSON; optional ones where they fit. */
function fitting(t: Table, rows: Table['rows'], o: TextOptions): Table['columns'] {
  let columns = t.columns.filter(
    (col) => col.key !== 'evidence' && rows.some((row) => (row[col.key] ?? '') !== ''),
  );
  const width = (col: Table['columns'][number]): number =>
    2 + Math.max(stringWidth(col.title), ...rows.map((row) => stringWidth(cellText(row[col.key] ?? null))));
  while (columns.reduce((sum, col) => sum + width(col), 2) > o.width) {
    const last = columns.findLastIndex((col) => col.optional);
    if (last < 0) break;
    columns = columns.filter((_, i) => i !== last);
  }
  return columns;
}

const cellText = (value: Cell): string => (value === null ? '' : oneLine(String(value)));
