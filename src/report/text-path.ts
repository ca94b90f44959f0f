import type { AnalysisDocument, DocFlow } from '../model/document.js';
import { POINTS, type Point, type Segment } from '../model/trace.js';
import { flowsInQuestion, hostOf } from './flow-groups.js';
import { clean, fit, padEnd, padStart, paint, wrap, type TextOptions } from './layout.js';
import { POINT_NAME } from './words.js';

/** The stretch that follows each station on the way from source to destination. */
const STRETCHES: readonly { readonly segment: Segment; readonly name: string }[] = [
  { segment: 'src_node', name: 'source node' },
  { segment: 'vpc', name: 'VPC' },
  { segment: 'dst_node', name: 'destination node' },
];

/** The path from pod to pod as a picture: stations, packets each way, and the place of loss. */
export function pathPicture(d: AnalysisDocument, o: TextOptions): string {
  const c = paint(o);
  const t = d.packet_trace;
  const flows = flowsInQuestion(d);
  const first = flows[0];
  const sameNode = d.traffic_path === 'same_node';
  const points = sameNode ? POINTS.filter((p) => p.endsWith('veth')) : POINTS;
  const [from, to] = [nodeAt(d, 'src'), nodeAt(d, 'dst')];
  const lines: string[] = [wrap(end('source pod', first?.src, nat(first, 'src'), from), o.width, '  ')];
  if (t.segment === 'src_pod') lines.push(lossLine(d, c, '(in the pod)'));
  points.forEach((p, i) => {
    lines.push(station(d, p, flows, o));
    if (i === points.length - 1) return;
    const stretch = sameNode ? { segment: t.segment, name: 'node' } : STRETCHES[i]!;
    const within = t.segment === 'src_node' || t.segment === 'dst_node' || t.segment === 'vpc';
    if (within && t.segment === stretch.segment) lines.push(lossLine(d, c, stretch.name));
  });
  if (t.segment === 'dst_pod') lines.push(lossLine(d, c, '(in the pod)'));
  const last = sameNode && to === from ? null : to;
  lines.push(wrap(end('destination pod', first?.dst, nat(first, 'dst'), last), o.width, '  '));
  if (t.segment === 'unknown' && flows.some((f) => f.verdict !== 'delivered'))
    lines.push(`  ${c.yellow('?')} the captures do not tell where on this path the packets die`);
  return lines.join('\n');
}

function nat(f: DocFlow | undefined, side: 'src' | 'dst'): string | null {
  const other = f?.translated?.[side];
  return other === undefined || other === f?.[side] ? null : other;
}

function end(
  name: string,
  address: string | undefined,
  translated: string | null,
  node: string | null,
): string {
  const at = address === undefined ? '' : ` ${clean(hostOf(address))}`;
  const on = node === null ? '' : ` on ${clean(node)}`;
  return `${name}${at}${translated === null ? '' : ` (after NAT ${clean(translated)})`}${on}`;
}

function nodeAt(d: AnalysisDocument, side: 'src' | 'dst'): string | null {
  return d.coverage.captures.find((x) => x.point?.startsWith(side))?.node ?? null;
}

function station(d: AnalysisDocument, p: Point, flows: readonly DocFlow[], o: TextOptions): string {
  const c = paint(o);
  const seen = d.packet_trace[p];
  const tap = d.coverage.captures.find((x) => x.point === p);
  const name = padEnd(POINT_NAME[p], 9);
  const face = padEnd(fit(clean(tap?.interface ?? ''), 16), 17);
  if (seen === 'not_captured') return `  ${c.dim('│')} ${c.dim(`${name}${face}not captured`)}`;
  let forward = 0;
  let back = 0;
  for (const f of flows) {
    forward += f.points[p]?.packets ?? 0;
    back += f.points[p]?.return_packets ?? 0;
  }
  const counts = `${padStart(String(forward), 7)} →  ${padStart(String(back), 7)} ←`;
  const text = `│ ${name}${face}${counts}`;
  return `  ${seen === 'yes' ? text : c.yellow(text)}`;
}

function lossLine(d: AnalysisDocument, c: ReturnType<typeof paint>, label: string): string {
  const direction = d.packet_trace.direction === 'return' ? 'on the way back' : 'on the way there';
  const word =
    d.flows[0]?.verdict === 'rejected'
      ? 'REFUSED HERE'
      : d.flows[0]?.verdict === 'lossy'
        ? 'PARTLY LOST HERE'
        : 'LOST HERE';
  return `  ${c.bold(c.red(`╳   ${label}: ${word}, ${direction}`))}${rates(d)}`;
}

function rates(d: AnalysisDocument): string {
  let sent = 0;
  let lost = 0;
  for (const f of flowsInQuestion(d))
    for (const l of f.losses)
      if (l.segment === d.packet_trace.segment && l.direction === d.packet_trace.direction) {
        sent += l.sent;
        lost += l.lost;
      }
  return lost === 0 ? '' : ` (${lost} of ${sent})`;
}
