import { describe, expect, it } from 'vitest';
import { decodeLine, fieldsOf } from '../../src/logs/record.js';
import type { LogSource } from '../../src/model/logs.js';
import { iso, recordsOf, scanText } from './helpers.js';

describe('decodeLine', () => {
  it.each([
    [
      '{"level":"warn","ts":"2024-05-17T09:31:22.123Z","caller":"a/b.go:1","msg":"err: \\u003cnil\\u003e \\"x\\"\\n"}',
      'warn',
      'err: <nil> "x"\n',
    ],
    [
      '{"level":"info","ts":"…","msg":"BPF map update failed","error: ":"unable to update map: invalid argument","n":12,"o":{"a": 1}}',
      'info',
      'BPF map update failed\terror: =unable to update map: invalid argument\tn=12\to={"a": 1}',
    ],
    ['{"level":"dpanic","msg":"x","stacktrace":"main.go\\n"}', 'fatal', 'x'],
    ['2019-08-07T02:24:04.835Z [CRITICAL]\ttext', 'fatal', 'text'],
    ['2024-05-17T09:31:22.123456789Z stdout F text', null, 'text'],
    ['2024-05-17T09:31:22.123456789Z stdout F', null, ''],
    [
      '2024-05-17T09:31:22.123456789Z stdout F [WARNING] plugin/kubernetes: starting',
      'warn',
      '[WARNING] plugin/kubernetes: starting',
    ],
    [
      '2024-05-17T09:31:22.123456789Z stderr F W0517 09:31:22.123456       1 server.go:69] "Using iptables proxy"',
      'warn',
      '"Using iptables proxy"',
    ],
    [
      '{"log":"{\\"level\\":\\"error\\",\\"msg\\":\\"inner\\"}\\n","stream":"stderr","time":"2020-06-01T10:00:00.123456789Z"}',
      'error',
      'inner',
    ],
    ['May 17 09:31:22 host kubelet[2134]: F0517 09:31:22.123456    2134 file.go:32] text', 'fatal', 'text'],
    [
      'May 17 09:31:22 host containerd[2780]: time="2024-05-17T09:31:22Z" level=warning msg="a \\"b\\"" error="c\\nd"',
      'warn',
      'a "b"\terror=c\nd',
    ],
    [
      'May  7 09:31:22 host kernel: [12345.678901] nf_conntrack: table full',
      null,
      'nf_conntrack: table full',
    ],
    ['2024-05-17T09:31:22.123456+0000 host systemd-networkd[3]: eth0: Link UP', null, 'eth0: Link UP'],
    ['[12345.678901] IPv4: martian source', null, 'IPv4: martian source'],
    [
      'Starting IPAM daemon in the background ... ok.',
      null,
      'Starting IPAM daemon in the background ... ok.',
    ],
    ['[INFO]', null, '[INFO]'],
    ['\tat a stack', null, '\tat a stack'],
    ['{"level":"info","ts":"2024-05-17T09:31:22.123Z","msg":"cut in the midd', 'info', 'cut in the midd'],
    ['{}', null, '{}'],
    ['', null, ''],
  ])('%s', (text, level, message) => {
    const line = decodeLine(text);
    expect([line.level, line.message]).toEqual([level, message]);
  });

  it('gives members as fields', () => {
    const kubelet =
      'May 17 09:31:22 host kubelet[2134]: E0517 09:31:22.1    2134 pod_workers.go:1301] "Error syncing pod, skipping" err="failed to \\"Create\\"" pod="shop/cart-0" n=3';
    expect({ ...fieldsOf(decodeLine(kubelet)) }).toEqual({
      tag: 'kubelet',
      caller: 'pod_workers.go:1301',
      msg: 'Error syncing pod, skipping',
      err: 'failed to "Create"',
      pod: 'shop/cart-0',
      n: '3',
    });
    const hostile = decodeLine('{"level":"info","msg":"x","__proto__":"p","constructor":"c"}');
    expect(Object.entries(fieldsOf(hostile))).toEqual([
      ['__proto__', 'p'],
      ['constructor', 'c'],
    ]);
  });

  it('bounds the fields of a record', () => {
    const members = Array.from({ length: 5000 }, (_, n) => `"k${n}":"${'v'.repeat(3000)}"`).join(',');
    const fields = fieldsOf(decodeLine(`{"level":"info","msg":"x",${members}}`));
    expect(Object.keys(fields)).toHaveLength(32);
    expect(fields['k0']).toHaveLength(1024);
  });
});

describe('scanLogFile', () => {
  it('counts matches and gives records back with file, line, time, level, fields and text', async () => {
    const lines = [
      '{"level":"debug","ts":"2024-05-17T09:31:20.000Z","caller":"a/b.go:1","msg":"noise"}',
      '{"level":"error","ts":"2024-05-17T09:31:21.000Z","caller":"a/b.go:2","msg":"Failed to assign 10.0.1.9","pod":"cart-0"}',
      '{"level":"error","ts":"2024-05-17T09:31:22.000Z","caller":"a/b.go:2","msg":"Failed to assign 10.0.1.10"}',
    ];
    const scan = await scanText(`${lines.join('\r\n')}\r\n`, {
      queries: ['Failed to assign (?P<ip>[0-9.]+)'],
    });
    const [match] = scan.matches;
    expect([match!.count, iso(match!.first), iso(match!.last)]).toEqual([
      2,
      '2024-05-17T09:31:21.000Z',
      '2024-05-17T09:31:22.000Z',
    ]);
    expect({ ...match!.records[0], fields: { ...match!.records[0]!.fields } }).toEqual({
      node: 'i-0a1b2c3d4e5f67890',
      source: 'ipamd',
      file: 'some.log',
      line: 2,
      time: Date.UTC(2024, 4, 17, 9, 31, 21),
      timeNotes: [],
      level: 'error',
      message: 'Failed to assign 10.0.1.9\tpod=cart-0',
      fields: { caller: 'a/b.go:2', pod: 'cart-0', ip: '10.0.1.9' },
      text: lines[1],
    });
    expect(scan.summaries).toEqual([
      {
        node: 'i-0a1b2c3d4e5f67890',
        source: 'ipamd',
        file: 'some.log',
        lines: 3,
        bytes: lines.join('').length + 6,
        first: Date.UTC(2024, 4, 17, 9, 31, 20),
        last: Date.UTC(2024, 4, 17, 9, 31, 22),
        longLines: 0,
        truncated: false,
      },
    ]);
  });

  it('keeps the first and the last records and counts all', async () => {
    const lines = Array.from(
      { length: 50 },
      (_, n) => `2024-05-17T09:31:${String(n).padStart(2, '0')}Z stderr F mark`,
    );
    const { matches } = await scanText(lines.join('\n'), {
      queries: ['mark'],
      limits: { maxRecords: 5 },
      source: 'aws-node',
    });
    expect(matches[0]!.count).toBe(50);
    expect(matches[0]!.records.map((record) => record.line)).toEqual([1, 2, 3, 49, 50]);
  });

  it('asks for levels, takes windows, and is sensitive to letter case unless told', async () => {
    const line = (level: string, second: number, text: string): string =>
      `{"level":"${level}","ts":"2024-05-17T09:31:0${second}.000Z","msg":"${text}"}`;
    const text = [line('info', 1, 'mark'), line('error', 2, 'mark'), line('error', 3, 'MARK'), 'mark'].join(
      '\n',
    );
    const count = async (options: Parameters<typeof scanText>[1]): Promise<number[]> =>
      (await scanText(text, options)).matches.map((match) => match.count);
    const ask = { id: 'q', sources: ['ipamd'] as LogSource[], pattern: 'mark' };
    expect(await count({ queries: [ask] })).toEqual([3]);
    expect(await count({ queries: [{ ...ask, levels: ['error'] }] })).toEqual([1]);
    expect(await count({ queries: [{ ...ask, levels: [null] }] })).toEqual([1]);
    expect(await count({ queries: ['(?i)mark'] })).toEqual([4]);
    expect(await count({ queries: ['mark'], since: Date.UTC(2024, 4, 17, 9, 31, 2) })).toEqual([2]);
    expect(await count({ queries: ['mark'], until: Date.UTC(2024, 4, 17, 9, 31, 1) })).toEqual([1]);
    expect(await count({ queries: [{ ...ask, sources: ['kubelet'] }] })).toEqual([]);
  });

  it('joins the pieces of container logs, per stream, and shows the first', async () => {
    const at = '2024-05-17T09:31:22.123456789Z';
    const text = [
      `${at} stderr P E0517 09:31:22.1       1 a.go:1] Failed to execute ipt`,
      `${at} stdout F between`,
      `${at} stderr P ables-res`,
      `${at} stderr F tore`,
      `${at} stderr P never end`,
    ].join('\n');
    const [record] = await recordsOf(text, 'execute iptables-restore$', { source: 'kube-proxy' });
    expect(record).toMatchObject({ line: 1, level: 'error', message: 'Failed to execute iptables-restore' });
    expect(record!.text).toBe(text.split('\n')[0]);
    expect(await recordsOf(text, 'never end', { source: 'kube-proxy' })).toHaveLength(1);
    expect(await recordsOf(text, '^between', { source: 'kube-proxy' })).toHaveLength(1);
    const docker = ['long li', 'ne\\n'].map(
      (part) => `{"log":"${part}","stream":"stderr","time":"2024-05-17T09:31:22.1Z"}`,
    );
    expect(await recordsOf(docker.join('\n'), '^long line$', { source: 'coredns' })).toHaveLength(1);
  });

  it('bounds what it joins', async () => {
    const piece = `2024-05-17T09:31:22.123456789Z stderr P ${'x'.repeat(500)}`;
    const text = `${Array.from({ length: 400 }, () => piece).join('\n')}\n2024-05-17T09:31:22.2Z stderr F mark`;
    const options = { source: 'aws-node', limits: { maxLineLength: 1000 } } as const;
    const [record] = await recordsOf(text, 'xxx', options);
    expect(record!.message).toHaveLength(1000);
    expect(await recordsOf(text, 'mark', options)).toEqual([]);
  });

  it('gives lines without time or level those of the lines above', async () => {
    const text = [
      'May 17 09:31:22 host kubelet[2134]: E0517 09:31:22.123456    2134 log.go:1] "RunPodSandbox failed" err=<',
      'May 17 09:31:22 host kubelet[2134]: \trpc error: mark',
      'May 17 09:31:22 host kubelet[2134]:  > pod="shop/cart-0"',
      '                                    mark again',
    ].join('\n');
    const records = await recordsOf(text, 'mark', { source: 'kubelet' });
    expect(records.map((r) => [r.line, r.level, iso(r.time), r.timeNotes.includes('line-before')])).toEqual([
      [2, 'error', '2024-05-17T09:31:22.000Z', false],
      [4, 'error', '2024-05-17T09:31:22.000Z', true],
    ]);
  });

  it('takes no dump for events', async () => {
    const head = 'May 17 09:31:22 host containerd[2780]: ';
    const text = [
      `${head}time="2024-05-17T09:31:21.1Z" level=error msg="panic: real"`,
      `${head}time="2024-05-17T09:31:22.1Z" level=info msg="=== BEGIN goroutine stack dump ===`,
      `${head}goroutine 1 [running]:`,
      `May 17 09:31:22 host kernel: panic: of another program`,
      `${head}panic: in the dump`,
      `${head}=== END goroutine stack dump ==="`,
      `${head}panic: after the dump`,
      `${head}time="2024-05-17T09:31:22.1Z" level=info msg="=== BEGIN goroutine stack dump ===\\npanic: one line\\n=== END goroutine stack dump ==="`,
      `${head}time="2024-05-17T09:31:22.1Z" level=info msg="=== BEGIN goroutine stack dump ===\\nthe end was cut`,
      `${head}panic: in the dump`,
      `${head}time="2024-05-17T09:31:23.1Z" level=error msg="panic: a record ends it"`,
    ].join('\n');
    const records = await recordsOf(text, 'panic|goroutine', { source: 'containerd' });
    expect(records.map((record) => record.line)).toEqual([1, 4, 7, 11]);
  });

  it("takes kube-proxy's rules for no events, and the error before them for one", async () => {
    const at = '2024-05-17T09:31:22.123456789Z stderr F ';
    const text = [
      `${at}E0517 09:31:22.123456       1 proxier.go:1] Failed to execute iptables-restore: exit status 1 (iptables-restore: line 132 failed`,
      `${at})`,
      `${at}Rules:`,
      `${at}*filter`,
      `${at}-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP`,
      `${at}COMMIT`,
      `${at}I0517 09:31:22.123456       1 proxier.go:2] Sync failed; retrying in 30s`,
      `${at}-j DROP`,
    ].join('\n');
    const lines = async (source: 'kube-proxy' | 'aws-node'): Promise<number[]> =>
      (await recordsOf(text, 'iptables-restore:|DROP|Sync', { source })).map((record) => record.line);
    expect(await lines('kube-proxy')).toEqual([1, 7, 8]);
    expect(await lines('aws-node')).toEqual([1, 5, 7, 8]);
  });

  it('sorts a journal of all units by the tags of its lines', async () => {
    const text = [
      'May 17 09:31:20.000001 host kernel: nf_conntrack: table full, dropping packet',
      'May 17 09:31:21.000001 host kubelet[1]: E0517 09:31:21.000000    1 a.go:1] table full of kubelet',
      '                                   table full, continued',
      'May 17 09:31:22.000001 host sshd[7]: table full of sshd',
    ].join('\n');
    const queries = (['kernel', 'kubelet', 'messages', 'containerd'] as const).map((source) => ({
      id: source,
      sources: [source],
      pattern: 'table full',
    }));
    const scan = await scanText(text, { source: 'messages', byTag: true, queries });
    expect(
      scan.matches.map((match) => [match.queryId, match.records.map((r) => [r.line, r.source])]),
    ).toEqual([
      ['kernel', [[1, 'kernel']]],
      [
        'kubelet',
        [
          [2, 'kubelet'],
          [3, 'kubelet'],
        ],
      ],
      ['messages', [[4, 'messages']]],
    ]);
    expect(scan.summaries.map((one) => [one.source, one.lines])).toEqual([
      ['kernel', 1],
      ['kubelet', 2],
      ['messages', 1],
    ]);
  });

  it('tells an empty unit from a quiet one', async () => {
    const [empty] = (await scanText('-- No entries --\n', { source: 'nodeadm' })).summaries;
    expect([empty!.lines, empty!.notes]).toEqual([0, ['the journal has no entries of this unit']]);
  });
});
