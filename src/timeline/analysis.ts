/** What the analysis adds to a timeline: findings with a time, and what happened to flows in captures. */
import type { AnalysisDocument, DocFlow } from '../model/document.js';
import { isWithin, type Span } from './pivot.js';

export interface AnalysisEvent {
  readonly kind: 'finding' | 'capture';
  readonly time: number;
  readonly node: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly level: string | null;
  readonly text: string;
}

/** Of each kind of event in captures, the first ones. */
const MAX_OF_KIND = 5;

/** Findings at the earliest of their evidence within the windows, and events of flows; `elsewhere` lie outside or have no time. */
export function analysisEvents(
  document: AnalysisDocument,
  windows: readonly Span[],
): { events: AnalysisEvent[]; elsewhere: string[] } {
  const evidence = new Map(document.evidence.map((entry) => [entry.id, entry]));
  const events: AnalysisEvent[] = [];
  const elsewhere: string[] = [];
  const inWindow = (time: number): boolean => windows.some((span) => isWithin(time, span));
  for (const finding of document.findings) {
    const timed = finding.evidence
      .flatMap((id) => evidence.get(id) ?? [])
      .map((entry) => ({ entry, time: Date.parse(entry.time ?? '') }))
      .filter(({ time }) => inWindow(time))
      .sort((a, b) => a.time - b.time)[0];
    const text = `${finding.id} ${finding.rule}: ${finding.title}`;
    if (timed === undefined) elsewhere.push(text);
    else {
      const { node, file, line } = timed.entry;
      events.push({ kind: 'finding', time: timed.time, node, file, line, level: finding.severity, text });
    }
  }
  return { events: [...events, ...flowEvents(document).filter(({ time }) => inWindow(time))], elsewhere };
}

function flowEvents({ flows }: AnalysisDocument): AnalysisEvent[] {
  const kinds = new Map<string, AnalysisEvent[]>();
  for (const flow of flows) {
    const what = whatHappened(flow);
    const begin = beginOf(flow);
    if (what === null || begin === null) continue;
    const text = `${what}: ${flow.protocol} ${flow.src} → ${flow.dst}. ${flow.explanation}`;
    const event: AnalysisEvent = {
      kind: 'capture',
      time: begin,
      node: null,
      file: null,
      line: null,
      level: null,
      text,
    };
    kinds.set(what, [...(kinds.get(what) ?? []), event]);
  }
  return [...kinds.values()].flatMap((events) =>
    events.sort((a, b) => a.time - b.time).slice(0, MAX_OF_KIND),
  );
}

/** Told at the first packet of the flow. */
function whatHappened({ verdict, reason, protocol }: DocFlow): string | null {
  if (verdict === 'rejected') return reason === 'rst' ? 'reset' : 'refused by ICMP';
  if (reason === 'no-answer' && protocol === 'tcp') return 'SYN without an answer';
  if (verdict === 'dropped') return 'dropped';
  return verdict === 'lossy' ? 'partial loss' : null;
}

function beginOf({ points }: DocFlow): number | null {
  const times = Object.values(points).map(({ first }) => Date.parse(first ?? ''));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? null : Math.min(...known);
}
