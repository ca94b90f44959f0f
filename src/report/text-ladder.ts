import type { AnalysisDocument, DocLadder } from '../model/document.js';
import type { Point } from '../model/trace.js';
import { clean, fit, padEnd, padStart, paint, type TextOptions } from './layout.js';

const NAME: Record<Point, string> = {
  src_veth: 'src-veth',
  src_eth0: 'src-eth0',
  dst_eth0: 'dst-eth0',
  dst_veth: 'dst-veth',
};
const COLUMN = 12;

/** One flow, packet by packet: when each point saw it, in seconds since the first, and where it was last seen. */
export function renderLadder(d: AnalysisDocument, o: TextOptions): string {
  const ladder = d.ladder ?? null;
  const flow = ladder === null ? undefined : d.flows[ladder.flow];
  if (ladder === null || flow === undefined) return 'There is nothing to show of this flow.\n';
  const c = paint(o);
  const label = Math.max(24, Math.min(60, o.width - 4 - ladder.points.length * COLUMN - 12));
  const head = `  ${padEnd('', 2)}${padEnd('packet', label)}${ladder.points.map((p) => padStart(NAME[p], COLUMN)).join('')}  last seen`;
  const lines = [
    c.bold(
      `flow ${ladder.flow + 1}: ${flow.protocol} ${clean(flow.src)} → ${clean(flow.dst)}  ${flow.verdict}`,
    ),
    `  ${clean(flow.explanation)}`,
    `  times in seconds since ${ladder.start}, on one clock`,
    '',
    c.bold(head),
    ...ladder.packets.map((p) => row(p, ladder, label, c)),
  ];
  if (ladder.left_out > 0) lines.push(`  … ${ladder.left_out} more packets are left out`);
  return `${lines.join('\n')}\n`;
}

function row(
  p: DocLadder['packets'][number],
  ladder: DocLadder,
  label: number,
  c: ReturnType<typeof paint>,
): string {
  const back = p.direction === 'return';
  const travel = back ? [...ladder.points].reverse() : ladder.points;
  const last = [...travel].reverse().find((point) => p.at[point] !== undefined);
  const cells = ladder.points.map((point) => {
    const t = p.at[point];
    return padStart(t === undefined ? '·' : t.toFixed(6), COLUMN);
  });
  const arrived = last === travel.at(-1);
  const text = `  ${back ? '←' : '→'} ${padEnd(fit(clean(p.label), label - 1), label)}${cells.join('')}  ${last === undefined ? '' : NAME[last]}`;
  return arrived ? text : c.yellow(`${text} ╳`);
}
