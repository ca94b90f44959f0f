import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLine, fieldsOf } from '../../src/logs/record.js';
import { verdictOf } from '../../src/logs/policy-verdict.js';
import { recordsOf, scanText } from './helpers.js';

const SEEDS = [
  '{"level":"info","ts":"2024-05-17T09:31:22.123Z","caller":"a/b.go:1","msg":"Flow Info:  ","Src IP":"10.0.1.9","Src Port":49880,"Dest IP":"10.0.2.7","Dest Port":6379,"Proto":"TCP","Verdict":"ACCEPT"}',
  '{"level":"error","ts":"2024-05-17T09:31:22.123Z","msg":"a \\"b\\" \\u003c","o":{"a":["}"]},"n":1e99}',
  'May 17 09:31:22 host containerd[2780]: time="2024-05-17T09:31:22Z" level=error msg="a \\"b\\"" error="c"',
  '2024-05-17T09:31:22.123456789Z stderr P E0517 09:31:22.1       1 a.go:1] "x" err="y"',
  '{"log":"text\\n","stream":"stderr","time":"2020-06-01T10:00:00.123456789Z"}',
  '[Fri May 17 09:31:22 2024] text',
];

describe('hostile input', () => {
  it('damaged lines never throw', () => {
    const damaged = fc
      .tuple(fc.constantFrom(...SEEDS), fc.nat(), fc.nat(), fc.string({ unit: 'binary', maxLength: 8 }))
      .map(([seed, from, length, junk]) => {
        const at = from % (seed.length + 1);
        return seed.slice(0, at) + junk + seed.slice(at + (length % 10));
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string({ unit: 'binary' })), (text) => {
        const line = decodeLine(text);
        fieldsOf(line);
        verdictOf(line);
        expect(typeof line.message).toBe('string');
      }),
      { numRuns: 3000 },
    );
  });

  it('random bytes never throw, and every record gives back its line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constantFrom(...SEEDS), fc.string({ unit: 'binary' })), { maxLength: 20 }),
        async (lines) => {
          const content = Buffer.from(lines.join('\n'));
          const scan = await scanText(content, {
            queries: ['.', '(?i)A'],
            source: 'network-policy-agent',
            limits: { maxLineLength: 60 },
          });
          const physical = content
            .toString('latin1')
            .split('\n')
            .map((one) => Buffer.from(one, 'latin1'));
          for (const record of scan.matches.flatMap((match) => match.records)) {
            const line = physical[record.line - 1]!;
            const whole =
              line.length > 60 ? line.subarray(0, 60).toString() : line.toString().replace(/\r$/, '');
            expect(record.text).toBe(whole);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('a line of a megabyte is cut, counted, and does not hide the next', async () => {
    const long = `{"level":"info","msg":"${'x'.repeat(1024 * 1024)} mark"}`;
    const scan = await scanText(`${long}\nmark\n${long}`, { queries: ['mark', 'xxx$'] });
    expect(scan.summaries[0]).toMatchObject({ lines: 3, longLines: 2 });
    expect(scan.matches.map((match) => match.records.map((record) => record.line))).toEqual([[2], [1, 3]]);
    expect(scan.matches[1]!.records[0]!.text).toHaveLength(64 * 1024);
  });

  it('a file of one endless line keeps its bounds', async () => {
    const scan = await scanText(Buffer.alloc(9 * 1024 * 1024, 'A'), { queries: ['A'] });
    expect(scan.summaries[0]).toMatchObject({ lines: 1, longLines: 1, first: null, last: null });
  });

  it('times are found behind a dump that fills the end of the file', async () => {
    const head = 'May 17 09:31:22 host containerd[2780]: time="2024-05-17T09:31:22.5Z" level=info msg="';
    const text = `${head}start"\n${head}=== BEGIN goroutine stack dump ===\\n${'g'.repeat(300_000)}\n${'tail\n'.repeat(300)}`;
    const [summary] = (await scanText(text, { source: 'containerd' })).summaries;
    expect([summary!.first, summary!.last]).toEqual([Date.UTC(2024, 4, 17, 9, 31, 22, 500), null]);
  });

  it('escape sequences and zero bytes come through as they are', async () => {
    const [record] = await recordsOf('2024-05-17T09:31:22Z stderr F \x1b[31mmark\x1b[0m\0\x07', 'mark', {
      source: 'aws-node',
    });
    expect(record!.message).toBe('\x1b[31mmark\x1b[0m\0\x07');
  });

  it('invalid UTF-8 is replaced, and the rest of the line matches', async () => {
    const [record] = await recordsOf(
      Buffer.from([0xff, 0xfe - 1, 0xc3, 0x28, ...Buffer.from(' mark')]),
      '\\( mark$',
    );
    expect(record!.text).toBe('\ufffd\ufffd\ufffd( mark');
  });

  it('an expression that other engines choke on takes linear time', async () => {
    const text = `${'a'.repeat(20_000)}!\n`.repeat(5);
    const { matches } = await scanText(text, { queries: ['(a+)+$', '(a|aa)+!'] });
    expect(matches.map((match) => [match.queryId, match.count])).toEqual([['(a|aa)+!', 5]]);
  });

  it('a missing file is an error and no empty log', async () => {
    const file = { path: 'x', name: 'x', spool: '/nonexistent/x', size: 1, mtime: null, truncated: false };
    await expect(scanText('', { file })).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('text of Windows', () => {
  const lines =
    '#TYPE\r\n"5/17/2024 9:31:22 AM","Error","node","mark é 漢"\r\n"5/17/2024 9:31:24 PM","Error","node","x"\r\n';
  const le = Buffer.from(lines, 'utf16le');
  const be = Buffer.from(le).swap16();

  it.each([
    ['UTF-16LE with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), le])],
    ['UTF-16LE without', le],
    ['UTF-16BE with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), be])],
    ['UTF-16BE without', be],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${lines}`)],
    ['UTF-8', Buffer.from(lines)],
  ])('%s', async (_, content) => {
    const scan = await scanText(content, { queries: ['mark é 漢'], source: 'kubelet' });
    expect(scan.matches[0]!.records[0]).toMatchObject({
      line: 2,
      time: Date.UTC(2024, 4, 17, 9, 31, 22),
      text: '"5/17/2024 9:31:22 AM","Error","node","mark é 漢"',
    });
    expect(scan.summaries[0]).toMatchObject({ lines: 3, last: Date.UTC(2024, 4, 17, 21, 31, 24) });
  });
});
