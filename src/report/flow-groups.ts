import type { AnalysisDocument, DocFlow } from '../model/document.js';

/** Flows that met the same fate for the same reason. */
export interface FlowGroup {
  readonly flows: readonly DocFlow[];
  /** Their places in the document, from 1: what `trace --flow` takes. */
  readonly numbers: readonly number[];
  readonly verdict: DocFlow['verdict'];
  readonly segment: DocFlow['segment'];
  readonly direction: DocFlow['direction'];
  readonly explanation: string;
}

/** Flows grouped by fate, explanation and hosts, in the document's order: the worst first. */
export function flowGroups(
  all: readonly DocFlow[],
  wanted: (f: DocFlow) => boolean = () => true,
): FlowGroup[] {
  const groups = new Map<string, { flows: DocFlow[]; numbers: number[] }>();
  for (const [index, f] of all.entries()) {
    if (!wanted(f)) continue;
    const key = JSON.stringify([
      f.verdict,
      f.segment,
      f.direction,
      f.explanation,
      f.protocol,
      hostOf(f.src),
      f.dst,
    ]);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { flows: [], numbers: [] }));
    group.flows.push(f);
    group.numbers.push(index + 1);
  }
  return [...groups.values()].map(({ flows, numbers }) => {
    const { verdict, segment, direction, explanation } = flows[0]!;
    return { flows, numbers, verdict, segment, direction, explanation };
  });
}

/** `10.0.1.9:43211` → `10.0.1.9`, `[2600::9]:443` → `2600::9`. */
export function hostOf(end: string): string {
  if (end.startsWith('[')) return end.slice(1, Math.max(1, end.indexOf(']')));
  const parts = end.split(':');
  return parts.length === 2 ? parts[0]! : end;
}

/** Ports of the sources of a group, as `:43211, :43212 …`; empty for protocols without. */
export function sourcePorts(group: FlowGroup, most: number): string {
  const ports = group.flows
    .map((f) => f.src.slice(f.src.lastIndexOf(':') + 1))
    .filter((p) => /^\d{1,5}$/.test(p));
  if (ports.length === 0 || group.flows.some((f) => hostOf(f.src) === f.src)) return '';
  const shown = ports.slice(0, most).join(', ');
  return ports.length > most ? `${shown} and ${ports.length - most} more` : shown;
}

/** The flows the verdict speaks of: the first one and those that share its fate and destination. */
export function flowsInQuestion(d: AnalysisDocument): DocFlow[] {
  const first = d.flows[0];
  if (!first) return [];
  return d.flows.filter(
    (f) =>
      f.verdict === first.verdict &&
      f.segment === first.segment &&
      f.direction === first.direction &&
      hostOf(f.dst) === hostOf(first.dst),
  );
}

/** `1, 2, 3 …` of a group. */
export function flowNumbers(group: FlowGroup, most = 3): string {
  const shown = group.numbers.slice(0, most).join(', ');
  return group.numbers.length > most ? `${shown} …` : shown;
}
