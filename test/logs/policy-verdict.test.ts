import { describe, expect, it } from 'vitest';
import { directionOf, looksLikeReturn, parseVerdictRaw, verdictOf } from '../../src/logs/policy-verdict.js';
import { decodeLine } from '../../src/logs/record.js';
import { scanText } from './helpers.js';

const tuple = {
  src: '10.0.1.9',
  sport: 43211,
  dst: '10.0.2.7',
  dport: 5432,
  protocol: 'TCP',
  verdict: 'DENY',
  direction: null,
  tier: null,
};
const v1 =
  '"Src IP":"10.0.1.9","Src Port":43211,"Dest IP":"10.0.2.7","Dest Port":5432,"Proto":"TCP","Verdict":"DENY"';
const v2 = 'Flow Info: Src IP: 10.0.1.9 Src Port: 43211 Dest IP: 10.0.2.7 Dest Port: 5432';
const zap = (message: string): string =>
  `{"level":"info","ts":"2024-05-17T09:31:22.123Z","caller":"events/events.go:242","msg":"${message}"}`;
const v6 = zap(
  'Flow Info: Src IP: 2600:1f14::9 Src Port: 43211 Dest IP: FD00::7 Dest Port: 5432 Proto: TCP Verdict: DENY Direction: ingress Tier: ADMIN',
);

describe('verdict lines', () => {
  it.each([
    [
      '1.0.1',
      `{"level":"info","timestamp":"2023-09-27T11:37:56.947Z","logger":"ebpf-client","msg":"Flow Info:  ",${v1}}`,
      tuple,
    ],
    [
      '1.0.4',
      `{"level":"info","ts":"2023-11-27T11:37:56.947Z","caller":"events/events.go:193","msg":"Flow Info:  ",${v1}}`,
      tuple,
    ],
    [
      'reordered, with blanks',
      `{ "msg": "Flow Info:  ", ${v1.replaceAll('":', '": ').replaceAll(',"', ', "')}, "ts" : "2023-11-27T11:37:56.947Z", "level":"info" }`,
      tuple,
    ],
    ['1.2.2, IPv4', zap(`${v2} Proto TCP Verdict DENY Direction egress`), { ...tuple, direction: 'egress' }],
    [
      '1.2.2, IPv6',
      zap(`${v2} Proto: TCP Verdict: DENY Direction: egress`),
      { ...tuple, direction: 'egress' },
    ],
    [
      '1.3.0, IPv4',
      zap(`${v2} Proto TCP Verdict DENY Direction ingress, Tier NETWORK_POLICY`),
      { ...tuple, direction: 'ingress', tier: 'NETWORK_POLICY' },
    ],
    [
      '1.3.0, IPv6',
      v6,
      { ...tuple, src: '2600:1f14::9', dst: 'fd00::7', direction: 'ingress', tier: 'ADMIN' },
    ],
    [
      'any protocol',
      zap(`${v2} Proto ANY PROTOCOL Verdict ACCEPT Direction egress`),
      { ...tuple, protocol: 'ANY PROTOCOL', verdict: 'ACCEPT', direction: 'egress' },
    ],
    [
      'expired',
      zap(`${v2} Proto UDP Verdict EXPIRED/DELETED Direction egress, Tier ERROR`),
      { ...tuple, protocol: 'UDP', verdict: 'EXPIRED/DELETED', direction: 'egress', tier: 'ERROR' },
    ],
    [
      'through the container log',
      `2024-05-17T09:31:22.123456789Z stdout F ${zap(`${v2} Proto TCP Verdict DENY Direction egress`)}`,
      { ...tuple, direction: 'egress' },
    ],
    [
      'CloudWatch',
      'Node: ip-10-0-1-5.ec2.internal;SIP: 10.0.1.9;SPORT: 43211;DIP: 10.0.2.7;DPORT: 5432;PROTOCOL: TCP;PolicyVerdict: DENY',
      tuple,
    ],
    [
      'CloudWatch, exported',
      '2023-12-06T14:25:58.455-06:00   Node: ip-10-0-1-5.ec2.internal;SIP: 10.0.1.9;SPORT: 43211;DIP: 10.0.2.7;DPORT: 5432;PROTOCOL: TCP;PolicyVerdict: DENY;Tier: DEFAULT',
      { ...tuple, tier: 'DEFAULT' },
    ],
    [
      'CloudWatch, one blank',
      '2023-12-06T14:25:58.455-06:00 Node: ip-10-0-1-5;SIP: 10.0.1.9;SPORT: 43211;DIP: 10.0.2.7;DPORT: 5432;PROTOCOL: TCP;PolicyVerdict: DENY',
      tuple,
    ],
  ])('of %s', (_, line, expected) => {
    expect(verdictOf(decodeLine(line))).toEqual(expected);
  });

  it.each([
    ['a policy called deny', zap('Processing Policy Endpoint  Name: deny-all-x7k2p Namespace shop')],
    ['a header', zap('X-Frame-Options: DENY')],
    [
      'an audit text',
      zap('admission webhook \\"validate.kyverno.svc-fail\\" denied the request: Verdict DENY'),
    ],
    [
      'a member elsewhere',
      `{"level":"info","ts":"2024-05-17T09:31:22.123Z","msg":"applied test manifest",${v1}}`,
    ],
    ['a quoted verdict', zap(`saw: ${v2} Proto TCP Verdict DENY Direction egress`)],
    ['selinux', 'avc:  denied  { read } for  pid=1 comm="x"'],
    ['another verdict', zap(`${v2} Proto TCP Verdict DENIED Direction egress`)],
    ['a port out of range', zap(`${v2}90 Proto TCP Verdict DENY Direction egress`)],
    [
      'a name for an address',
      zap(v2.replace('10.0.1.9', 'db.shop') + ' Proto TCP Verdict DENY Direction egress'),
    ],
    ['half a line', zap(`${v2} Proto TCP Verdict DENY Direction egr`).slice(0, -2)],
    [
      'half of the members',
      `{"level":"info","ts":"2023-11-27T11:37:56.947Z","msg":"Flow Info:  ","Src IP":"10.0.1.9","Src Po`,
    ],
  ])('is not %s', (_, line) => {
    expect(verdictOf(decodeLine(line))).toBeNull();
  });

  it('are not found in a log of benign noise, and in no other source', async () => {
    const noise = [
      'Configured event logging',
      'Default Deny enabled on Ingress',
      'Processing Policy Endpoint  Name: default-deny-7k2pq Namespace shop',
      'X-Frame-Options: DENY',
      'PolicyVerdict: DENY is logged for Flow Info lines only',
      'Flow Info: no tuple, Verdict DENY',
    ].map(zap);
    const real = zap(`${v2} Proto TCP Verdict DENY Direction egress`);
    expect((await scanText(noise.join('\n'), { source: 'network-policy-agent' })).verdicts).toEqual([]);
    expect((await scanText(real, { source: 'ipamd' })).verdicts).toEqual([]);
    expect((await scanText(real, { source: 'network-policy-agent' })).verdicts).toHaveLength(1);
  });

  it('are counted the same where a query asks for them too', async () => {
    const real = zap(`${v2} Proto TCP Verdict DENY Direction egress`);
    for (const queries of [[], ['Verdict DENY'], ['\\d']]) {
      const scan = await scanText(real, { source: 'network-policy-agent', queries });
      const [verdict] = scan.verdicts;
      expect([verdict!.count, verdict!.firstSeen.text, verdict!.first]).toEqual([
        1,
        real,
        Date.UTC(2024, 4, 17, 9, 31, 22, 123),
      ]);
      expect(scan.matches.map((match) => match.count)).toEqual(queries.map(() => 1));
    }
  });

  it('are read without decoding in their usual form, with the same result', () => {
    const lines = [
      zap(`${v2} Proto TCP Verdict DENY Direction egress`),
      zap(`${v2} Proto TCP Verdict ACCEPT Direction ingress, Tier NETWORK_POLICY`),
    ];
    for (const line of lines) {
      expect(parseVerdictRaw(line)).toEqual({
        line: verdictOf(decodeLine(line)),
        ts: '2024-05-17T09:31:22.123Z',
      });
    }
    expect(parseVerdictRaw(lines[0]!.replace('"msg"', '"error":"x","msg"'))).toBeNull();
  });
});

describe('directionOf', () => {
  const line = verdictOf(
    decodeLine(`{"level":"info","ts":"2023-11-27T11:37:56.947Z","msg":"Flow Info:  ",${v1}}`),
  )!;

  it.each([
    [['10.0.1.9'], 'egress'],
    [['10.0.2.7', '10.0.2.8'], 'ingress'],
    [['10.0.1.9', '10.0.2.7'], null],
    [[], null],
  ])('derives it from the pods %j of the node', (ips, direction) => {
    expect(directionOf(line, new Set(ips))).toBe(direction);
  });

  it('believes the line', () => {
    expect(directionOf({ ...line, direction: 'ingress' }, new Set(['10.0.1.9']))).toBe('ingress');
  });

  it('tells answers from requests', () => {
    expect(looksLikeReturn({ ...line, sport: 5432, dport: 45182 })).toBe(true);
    expect(looksLikeReturn(line)).toBe(false);
    expect(looksLikeReturn({ ...line, sport: 0, dport: 0 })).toBe(false);
    expect(looksLikeReturn({ ...line, sport: 30080, dport: 31000 })).toBe(false);
  });
});
