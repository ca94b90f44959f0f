import type { LogRecord } from '../model/logs.js';
import type { EvidenceItem, FactInstance } from '../model/rule.js';
import type { Match } from './decide.js';
import { compare } from './problem.js';
import { evidenceLine, isoTime, oneLine } from './text.js';

const FIRST = 5;

/**
 * Evidence of a finding: at most five items, taken in turn from each condition that held, and the last one of all.
 * Each content is the line itself, cut at 500 characters.
 */
export function evidenceOf(matches: readonly Match[]): EvidenceItem[] {
  const lists = matches.map((match) =>
    match.kind === 'log' ? match.records.map(ofRecord) : match.instances.flatMap(ofInstance),
  );
  const chosen = new Map<string, EvidenceItem>();
  for (let row = 0; chosen.size < FIRST && lists.some((list) => row < list.length); row++) {
    for (const list of lists) {
      const item = list[row];
      if (item !== undefined && chosen.size < FIRST) chosen.set(keyOf(item), item);
    }
  }
  const last = latest(lists.flat());
  if (last !== null) chosen.set(keyOf(last), last);
  return lists
    .flat()
    .filter(
      (item, index, all) =>
        chosen.has(keyOf(item)) && all.findIndex((one) => keyOf(one) === keyOf(item)) === index,
    );
}

function ofRecord(record: LogRecord): EvidenceItem {
  return {
    type: 'search',
    node: record.node,
    file: record.file,
    line: record.line,
    time: isoTime(record.time),
    content: evidenceLine(record.text),
  };
}

function ofInstance(instance: FactInstance): EvidenceItem[] {
  if (instance.evidence.length > 0) {
    return instance.evidence.map((item) => ({ ...item, content: evidenceLine(item.content) }));
  }
  const content = Object.entries(instance.fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${oneLine(String(value), 100)}`)
    .join(', ');
  return [
    {
      type: 'network_diagnostics',
      node: instance.node,
      file: null,
      line: null,
      time: null,
      content: evidenceLine(content),
    },
  ];
}

/** The item with the latest time; without any time, the last one. */
function latest(items: readonly EvidenceItem[]): EvidenceItem | null {
  const timed = items.filter((item) => item.time !== null);
  if (timed.length === 0) return items[items.length - 1] ?? null;
  return timed.reduce((a, b) => (compare(b.time!, a.time!) >= 0 ? b : a));
}

function keyOf(item: EvidenceItem): string {
  return JSON.stringify([item.node, item.file, item.line, item.line === null ? item.content : '']);
}
