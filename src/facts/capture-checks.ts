import { CHECKS, inspectCapture, type CheckExample } from '../inspect/index.js';
import type { EvidenceItem } from '../model/rule.js';
import { defineFact, known, number, oneOf, text, unknown } from './support/define.js';

const EXAMPLES = 3;

/** Statistics of single captures, as the command `capture` prints them, for rules of those who want to test them. */
export const captureChecks = defineFact({
  name: 'capture_checks',
  description: 'A single-capture check that counted something, whole and by each of its parts.',
  fields: {
    file: text('capture'),
    check: oneOf(CHECKS.map(({ id }) => id)),
    part: text('kind of what is counted, as `capture` names it; null for the whole check'),
    class: oneOf(['normal', 'information', 'suspicious', 'fault'], 'how the check itself judges it'),
    times: number('occurrences'),
    of: number('out of how many'),
    percent: number('the same in per cent; null out of nothing'),
  },
  compute: (context) => {
    if (context.captures.length === 0) return unknown('no captures');
    return known(
      context.captures.flatMap((table) =>
        inspectCapture(table).checks.flatMap((check) => {
          const evidence = check.examples.slice(0, EXAMPLES).map((e) => ofExample(table.file, e));
          const instance = (part: string | null, count: number, judged: typeof check.class) => ({
            node: null,
            fields: {
              file: table.file,
              check: check.id,
              part,
              class: judged,
              times: count,
              of: check.of,
              percent: check.of === 0 ? null : Math.round((count / check.of) * 1000) / 10,
            },
            evidence,
          });
          if (check.count === 0) return [];
          return [
            instance(null, check.count, check.class),
            ...check.parts
              .filter(({ count }) => count > 0)
              .map((part) => instance(part.name, part.count, part.class)),
          ];
        }),
      ),
    );
  },
});

function ofExample(file: string, example: CheckExample): EvidenceItem {
  const ends = example.src === null ? '' : `${example.src} > ${example.dst ?? '?'}: `;
  return {
    type: 'tcpdump_analyze',
    node: null,
    file,
    line: null,
    time: example.time,
    content: `${ends}${example.text}`,
  };
}
