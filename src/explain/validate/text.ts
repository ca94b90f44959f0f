/** `validate` for a terminal: complete or not, what is there, and what stays open. */
import { formatBytes } from '../../ingest/printable.js';
import { clean, paint, wrap, type Paint, type TextOptions } from '../../report/layout.js';
import { count } from '../checks/make.js';
import { bullet, grid, oneLine } from '../text.js';
import type { ValidatedArtifact, ValidatedNode, ValidateReport } from './report.js';

const KINDS: Readonly<Record<string, string>> = {
  'linux-collector': 'eks-log-collector',
  'node-monitoring-agent': 'node monitoring agent',
  bottlerocket: 'Bottlerocket logdog',
  'windows-collector': 'Windows log collector',
  'cni-support': 'support script of the CNI',
  unknown: 'bundle of an unknown kind',
};

export function renderValidate(r: ValidateReport, o: TextOptions): string {
  const c = paint(o);
  const parts = r.nodes.map((n) => nodeText(n, c, o));
  const problems = r.problems.filter((p) => p.note !== true);
  if (problems.length > 0) {
    const lines = problems.map((p) => bullet(`${clean(p.subject)}: ${clean(p.message)} [${p.code}]`, o));
    parts.push([c.bold('PROBLEMS WITH THE INPUT'), ...lines].join('\n'));
  }
  if (r.captures > 0)
    parts.push(`${count(r.captures, 'capture')} among the inputs; see eks-netcheck capture`);
  return `${parts.join('\n\n')}\n`;
}

function nodeText(n: ValidatedNode, c: Paint, o: TextOptions): string {
  const verdict = n.complete ? c.green('complete') : c.yellow('INCOMPLETE');
  const version = n.collector_version === null ? '' : ` ${clean(n.collector_version)}`;
  const facts = Object.entries(n.identity)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key.replaceAll('_', ' ')} ${clean(value!)}`);
  const unknown = Object.entries(n.identity)
    .filter(([, value]) => value === null)
    .map(([key]) => key.replaceAll('_', ' '));
  const lines = [
    `${c.bold(`NODE ${clean(n.node)}`)}: ${verdict}`,
    wrap(
      `${KINDS[n.kind] ?? clean(n.kind)}${version}, collected ${n.collected_at ?? 'at an unknown time'}, ${count(n.files, 'file')}, ${formatBytes(n.bytes)}`,
      o.width,
    ),
    ...(facts.length === 0 ? [] : [wrap(facts.join(', '), o.width)]),
    ...(unknown.length === 0 ? [] : [wrap(`not known: ${unknown.join(', ')}`, o.width)]),
  ];
  const matters = n.artifacts.filter((a) => a.leaves_undecided !== null);
  if (matters.length > 0) {
    lines.push('', c.bold('WHAT IS MISSING AND MATTERS'));
    for (const a of matters)
      lines.push(
        c.yellow(bullet(`${a.state}: ${a.what} (${clean(a.file)})${note(a)}`, o)),
        wrap(`leaves open ${a.leaves_undecided!}`, o.width, '      '),
      );
  }
  lines.push('', c.bold('ARTIFACTS'), artifacts(n, c, o));
  if (n.logs.length > 0) lines.push('', c.bold('LOGS'), logs(n, c, o));
  if (n.truncated_files.length > 0) {
    lines.push('', c.bold('CUT FILES'), ...n.truncated_files.slice(0, 20).map((f) => bullet(clean(f), o)));
  }
  return lines.join('\n');
}

const note = (a: ValidatedArtifact): string => (a.note === null ? '' : ` — ${oneLine(a.note)}`);

function artifacts(n: ValidatedNode, c: Paint, o: TextOptions): string {
  const rows = n.artifacts.map((a) => [stateWords(a), a.what, shortened(clean(a.file))]);
  // What is missing and matters was said above, with its note.
  const notes = n.artifacts
    .filter((a) => a.note !== null && a.leaves_undecided === null && !['empty', 'missing'].includes(a.state))
    .map((a) => bullet(`${a.what}: ${oneLine(a.note!)}`, o));
  return [grid(['state', 'what', 'file'], rows, c, o, '  '), ...notes].join('\n');
}

/** Without the folders of the bundle itself, which are alike for all. */
function shortened(file: string): string {
  return file.length <= 44 ? file : `…/${file.split('/').slice(-2).join('/')}`;
}

function stateWords(a: ValidatedArtifact): string {
  if (a.state === 'ok') return 'ok';
  return a.leaves_undecided === null ? `${a.state}, as usual` : a.state.toUpperCase();
}

function logs(n: ValidatedNode, c: Paint, o: TextOptions): string {
  const rows = n.logs.map((l) => [l.source, String(l.files), String(l.lines), short(l.first), short(l.last)]);
  const table = grid(['log', 'files', 'lines', 'first', 'last'], rows, c, o, '  ');
  const span =
    n.time_span.first === null ? [] : [`  all logs: ${n.time_span.first} to ${n.time_span.last ?? '?'}`];
  const notes = n.logs.flatMap((l) => l.notes.map((text) => bullet(`${l.source}: ${text}`, o)));
  return [table, ...span, ...notes].join('\n');
}

/** Without parts of a second: the JSON has them. */
const short = (time: string | null): string => time?.replace(/\.\d+Z$/, 'Z') ?? 'no time';
