import { describe, expect, it } from 'vitest';
import type { LogPatternCount, LogSource } from '../../src/model/logs.js';
import { iso, scanText, type TaskOptions } from './helpers.js';

async function patterns(
  text: string,
  source: LogSource,
  more: TaskOptions = {},
): Promise<readonly LogPatternCount[]> {
  return (await scanText(text, { source, patterns: true, ...more })).patterns!.patterns;
}

const brief = (all: readonly LogPatternCount[]): unknown[] => all.map((p) => [p.level, p.count, p.pattern]);

const ZAP = (level: string, ts: string, msg: string): string =>
  `{"level":"${level}","ts":"2024-05-17T${ts}Z","caller":"ipamd/ipamd.go:633","msg":"${msg}"}\n`;

describe('patterns of trouble', () => {
  it('count lines that differ in numbers and addresses as one, with the times of the first and the last', async () => {
    const text =
      ZAP('info', '09:00:00.000', 'Starting') +
      ZAP('error', '09:00:01.000', 'Failed to reach 10.0.0.1:443: i/o timeout') +
      ZAP('debug', '09:00:02.000', 'no error here') +
      ZAP('error', '09:00:03.500', 'Failed to reach 10.0.0.22:443: i/o timeout');
    const [one, ...rest] = await patterns(text, 'ipamd');
    expect(rest).toEqual([]);
    expect({ ...one!, first: iso(one!.first), last: iso(one!.last) }).toEqual({
      pattern: 'Failed to reach <ip>: i/o timeout',
      level: 'error',
      count: 2,
      first: '2024-05-17T09:00:01.000Z',
      last: '2024-05-17T09:00:03.500Z',
      nodes: ['i-0a1b2c3d4e5f67890'],
      example: {
        node: 'i-0a1b2c3d4e5f67890',
        file: 'some.log',
        line: 2,
        text: text.split('\n')[1],
      },
    });
  });

  it.each<[LogSource, string, unknown[]]>([
    ['ipamd', '{"level":"panic","ts":"2024-05-17T09:00:00Z","msg":"boom"}', ['fatal', 1, 'boom']],
    ['ipamd', '{"level": "warning", "msg": "odd spacing"}', ['warn', 1, 'odd spacing']],
    [
      'kubelet',
      'May 17 09:31:22 ip-10-0-1-5 kubelet[2134]: E0517 09:31:22.123456    2134 pod_workers.go:1301] "Error syncing pod" pod="a/b"',
      ['error', 1, '"Error syncing pod" pod="a/b"'],
    ],
    [
      'kube-proxy',
      'W0517 09:31:22.123456       1 proxier.go:1] at the start of a line',
      ['warn', 1, 'at the start of a line'],
    ],
    [
      'kube-proxy',
      '2024-05-17T09:31:22.123456789Z stderr F F0517 09:31:22.123456       1 x.go:1] cannot go on',
      ['fatal', 1, 'cannot go on'],
    ],
    [
      'coredns',
      '2024-05-17T09:31:22.123456789Z stdout F [ERROR] plugin/errors: 2 a.b. A: timeout',
      ['error', 1, '[ERROR] plugin/errors: <n> a.b. A: timeout'],
    ],
    [
      'containerd',
      'time="2024-05-17T09:31:22Z" level=error msg="StopPodSandbox failed"',
      ['error', 1, 'StopPodSandbox failed'],
    ],
    [
      'aws-node',
      '{"log":"{\\"level\\":\\"error\\",\\"msg\\":\\"inside docker\\"}\\n","stream":"stderr","time":"2024-05-17T09:31:22.1Z"}',
      ['error', 1, 'inside docker'],
    ],
    [
      'kernel',
      '[   12.345678] nf_conntrack: nf_conntrack: table full, dropping packet',
      [null, 1, 'nf_conntrack: nf_conntrack: table full, dropping packet'],
    ],
  ])('know the level of %s: %s', async (source, line, want) => {
    expect(brief(await patterns(`${line}\n`, source))).toEqual([want]);
  });

  it.each<[LogSource, string]>([
    ['ipamd', ZAP('info', '09:00:00.000', 'it said \\"level\\":\\"error\\" and failed')],
    ['ipamd', ZAP('debug', '09:00:00.000', 'Get free IP from prefix failed no free IP available')],
    ['kubelet', 'I0517 09:31:22.123456    2134 x.go:1] mentions E0517 and level=error\n'],
    ['ipamd', 'words alone: error, fail\n'],
    ['network-policy-agent', ZAP('info', '09:00:00.000', 'Flow Info: Src IP: 10.0.0.1 Verdict DENY')],
  ])('leave what only looks like it in %s: %s', async (source, text) => {
    expect(await patterns(text, source)).toEqual([]);
  });

  it('say one message once, whatever stands before it', async () => {
    const text = ['May 17 09:31:22 a', 'Jun 18 09:31:22 bc']
      .map((head) => `${head} kubelet[1]: E0517 09:31:22.123456    2134 x.go:1] the same\n`)
      .join('');
    expect(brief(await patterns(text, 'kubelet'))).toEqual([['error', 2, 'the same']]);
  });

  it('keep to the window of time', async () => {
    const text = ['09:00:00.000', '09:00:01.000', '09:00:02.000'].map((ts) => ZAP('error', ts, 'x')).join('');
    const since = Date.UTC(2024, 4, 17, 9, 0, 1);
    expect(brief(await patterns(text, 'ipamd', { since, until: since + 500 }))).toEqual([['error', 1, 'x']]);
  });

  it('are bounded, and count what is left out', async () => {
    const word = (n: number): string =>
      n.toString(26).replace(/\d/g, (d) => String.fromCharCode(112 + Number(d)));
    const text = Array.from({ length: 6000 }, (_, n) =>
      ZAP('error', '09:00:00.000', `odd ${word(n)} x`),
    ).join('');
    const {
      patterns: kept,
      patternsLeftOut,
      linesLeftOut,
    } = (await scanText(text, { patterns: true })).patterns!;
    const lines = kept.reduce((n, { count }) => n + count, linesLeftOut);
    expect([kept.length, patternsLeftOut > 500, lines]).toEqual([400, true, 6000]);
  });

  it('are not looked for unless asked', async () => {
    expect((await scanText(ZAP('error', '09:00:00.000', 'x'))).patterns).toBeUndefined();
  });
});
