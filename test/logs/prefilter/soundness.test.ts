import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../../src/limits.js';
import { FileScan } from '../../../src/logs/file-scan.js';
import { LineScanner } from '../../../src/logs/lines.js';
import { buildQuerySet } from '../../../src/logs/query-set.js';
import { PATTERNS } from '../../../bench/log-patterns.js';
import { query } from '../helpers.js';

const SPECIAL = [
  'Ingress Attach failed "x"',
  'Using ipvs\\Proxier',
  'OUT OF MEMORY: Killed process',
  '<b>&',
  'tab\there',
  'Kelvin \u212a \u017f',
  'nf_conntrack: table full, dropping packet',
  'a=b',
  'x509: certificate has expired',
  'read udp/53: i/o timeout',
  'err',
];
const word = fc.oneof(
  fc.constantFrom(...SPECIAL),
  fc.constantFrom(...PATTERNS.map((pattern) => pattern.replaceAll(/\\(.)|\(\?[^)]*\)|[()^$]/g, '$1'))),
  fc.string({ unit: fc.constantFrom('a', 'e', 'k', 'S', '"', '\\', '/', '=', ' ', '<', 'é', '\u212a', '1') }),
);
const text = fc.array(word, { maxLength: 4 }).map((words) => words.join(' ').replaceAll(/[\n\r]/g, ' '));

/** JSON as Go writes it, as JavaScript does, and with escapes nobody needs. */
const jsonString =
  (style: number) =>
  (value: string): string => {
    const json = JSON.stringify(value);
    if (style === 0) return json;
    if (style === 1) return json.replaceAll(/[<>&]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
    return json
      .replaceAll('/', '\\/')
      .replaceAll(/[aeS]/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`);
  };
const goQuoted = (value: string): string =>
  `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\t', '\\t')}"`;

const line = fc.tuple(fc.integer({ min: 0, max: 8 }), text, text).map(([form, a, b]) => {
  const json = jsonString(form % 3);
  switch (form) {
    case 0:
    case 1:
    case 2:
      return `{"level":"info","ts":"2024-05-17T09:31:22.123Z","caller":"a/b.go:1","msg":${json(a)},"error: ":${json(b)},"n":12}`;
    case 3:
      return `May 17 09:31:22 host containerd[1]: time="2024-05-17T09:31:22.123456789Z" level=error msg=${goQuoted(a)} error=${goQuoted(b)}`;
    case 4:
      return `2024-05-17T09:31:22.123456789Z stderr F ${a}${b}`;
    case 5:
      return `2024-05-17T09:31:22.123456789Z stderr P ${a}\n2024-05-17T09:31:22.123456789Z stderr F ${b}`;
    case 6:
      return `{"log":${JSON.stringify(`${a}${b}\n`)},"stream":"stderr","time":"2020-06-01T10:00:00.123456789Z"}`;
    case 7:
      return `E0517 09:31:22.123456    2134 file.go:32] "${a}" err="${b}"`;
    default:
      return `${a}${b}`;
  }
});

/** Random expressions put together from the parts of real ones. */
const atom = fc.oneof(
  fc.constantFrom(
    'err',
    'table full',
    'Ingress',
    '[Ee]rr',
    '\\.',
    '.',
    '\\d',
    '[^a]',
    '"',
    '\\\\',
    '=',
    '(?:ab|.)',
    'k',
    'Kelvin',
    '<b>',
    '/53',
    '\\Q.x\\E',
    's',
  ),
  fc.constantFrom(...SPECIAL.map((special) => RE2JS.quote(special))),
);
const pattern = fc
  .tuple(
    fc.constantFrom('', '', '(?i)', '^'),
    fc.array(fc.tuple(atom, fc.constantFrom('', '', '?', '+', '*', '.*', '|')), {
      minLength: 1,
      maxLength: 5,
    }),
  )
  .map(([head, parts]) => head + parts.map(([one, tail]) => `(?:${one})${tail}`).join(''));

function answers(lines: readonly string[], patterns: readonly string[], prefilter: boolean): unknown {
  const queries = patterns.map((one, index) => ({ ...query(one, ['other-pod']), id: String(index) }));
  const set = buildQuerySet(queries, { verdicts: false, prefilter });
  const file = { path: 'x', name: 'x', spool: '', size: 0, mtime: null, truncated: false };
  const task = {
    node: 'n',
    file,
    source: 'other-pod' as const,
    queries,
    collectedAt: null,
    podIps: [],
    bootTime: null,
    limits: DEFAULT_LIMITS,
  };
  const profile = { lastYear: 2024, turns: 0, offset: 0, offsetFrom: 'nothing' as const, bootTime: null };
  const scan = new FileScan({ task, set, profile, yearless: false, docker: false });
  const scanner = new LineScanner(set.automaton, 4096, scan);
  scanner.push(Buffer.from(lines.join('\n')));
  scanner.end();
  scan.end();
  return scan.examiner
    .answers()
    .map(({ queryId, count, records }) => [queryId, count, records.map((r) => [r.line, r.message])]);
}

describe('the prefilter', () => {
  it('never changes what the real patterns match', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        expect(answers(lines, PATTERNS, true)).toEqual(answers(lines, PATTERNS, false));
      }),
      { numRuns: 60 },
    );
  });

  it('never changes what random patterns match', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 10 }),
        fc.array(pattern, { minLength: 1, maxLength: 4 }),
        (lines, patterns) => {
          expect(answers(lines, patterns, true)).toEqual(answers(lines, patterns, false));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('finds what only the decoded message shows', () => {
    const lines = [
      '{"level":"info","msg":"\\u0074able full, dropping"}',
      '{"level":"info","msg":"plugin\\/errors"}',
    ];
    expect(answers(lines, ['table full', 'plugin/errors'], true)).toEqual([
      ['0', 1, [[1, 'table full, dropping']]],
      ['1', 1, [[2, 'plugin/errors']]],
    ]);
  });

  it('knows that s and k have a third form where case does not count', () => {
    expect(answers(['ta\u212ae thi\u017f'], ['(?i)take this', 'take this'], true)).toEqual([
      ['0', 1, [[1, 'ta\u212ae thi\u017f']]],
    ]);
  });
});
