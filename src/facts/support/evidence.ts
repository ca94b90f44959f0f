/** Evidence items from lines of files and from captures. */
import { socketText } from '../../model/flow-ends.js';
import type { Loc } from '../../model/location.js';
import type { LogRecord } from '../../model/logs.js';
import type { EvidenceItem } from '../../model/rule.js';
import type { Flow, Point, Tap, Trace } from '../../model/trace.js';
import { POINTS } from '../../model/trace.js';

const MAX_CONTENT = 500;

const cut = (content: string): string =>
  content.length <= MAX_CONTENT ? content : `${content.slice(0, MAX_CONTENT - 1)}…`;

/** A line of a configuration or state file. */
export const lineEvidence = (node: string | null, loc: Loc, content: string): EvidenceItem => ({
  type: 'network_diagnostics',
  node,
  file: loc.file,
  line: loc.line,
  time: null,
  content: cut(content),
});

/** A whole file, where what is said is that something is not in it. */
export const fileEvidence = (node: string | null, file: string, content: string): EvidenceItem => ({
  type: 'network_diagnostics',
  node,
  file,
  line: null,
  time: null,
  content: cut(content),
});

export const recordEvidence = (record: LogRecord): EvidenceItem => ({
  type: 'search',
  node: record.node,
  file: record.file,
  line: record.line,
  time: record.time === null ? null : new Date(record.time).toISOString(),
  content: cut(record.text),
});

/** What one tap saw of a flow. */
export function tapEvidence(tap: Tap, content: string, time: string | null = null): EvidenceItem {
  return { type: 'tcpdump_analyze', node: tap.node, file: tap.file, line: null, time, content: cut(content) };
}

const POINT_NAMES: Readonly<Record<Point, string>> = {
  src_veth: 'source veth',
  src_eth0: 'source node interface',
  dst_eth0: 'destination node interface',
  dst_veth: 'destination veth',
};

const ends = (flow: Flow): string => `${socketText(flow, flow.src)} > ${socketText(flow, flow.dst)}`;

/** One item per captured point: how many packets of the flow it saw, each way. */
export function flowEvidence(trace: Trace, flow: Flow): EvidenceItem[] {
  const items: EvidenceItem[] = [];
  for (const point of POINTS) {
    const taps = trace.taps.filter((t) => t.point === point);
    const [tap] = taps;
    if (tap === undefined) continue;
    // A count is of the point: of all files that a capture was cut into, and of all interfaces that stand there.
    const names = [...new Set(taps.map((t) => t.interfaceName ?? t.id))].join(', ');
    const files = new Set(taps.map((t) => t.file)).size;
    const where = files === 1 ? names : `${names}; ${files} captures together`;
    const count = flow.points[point];
    const seen =
      count === undefined
        ? 'no packet'
        : `${String(count.packets)} packets (${String(count.bytes)} bytes) and ${String(count.returnPackets)} back`;
    const content = `${POINT_NAMES[point]} (${where}): ${flow.protocol} ${ends(flow)}: ${seen}`;
    items.push(tapEvidence(tap, content, count?.first ?? null));
  }
  return items;
}
