import { describe, expect, it } from 'vitest';
import { lineTime, type TimeContext } from '../../src/logs/timestamps.js';
import { COLLECTED, iso } from './helpers.js';

const context: TimeContext = { collectedAt: COLLECTED };
const BOOT = Date.UTC(2024, 4, 17, 6, 5, 36, 322);

/** [family, line, exact time, notes] */
const LINES: readonly (readonly [string, string, string | null, readonly string[]])[] = [
  [
    'ZAP',
    '{"level":"debug","ts":"2024-05-17T09:31:22.123Z","caller":"ipamd/ipamd.go:633","msg":"x"}',
    '2024-05-17T09:31:22.123Z',
    [],
  ],
  ['ZAP', '{"level":"debug","ts":"2024-05-17T11:31:22.123+0200","msg":"x"}', '2024-05-17T09:31:22.123Z', []],
  [
    'ZAP',
    '{"level":"info","ts":1795208322.5269,"caller":"init/init.go:55","msg":"Checking user is root.."}',
    '2026-11-20T20:58:42.526Z',
    [],
  ],
  [
    'ZAP-old',
    '{"level":"info","timestamp":"2023-09-27T11:37:56.947Z","logger":"ebpf-client","msg":"x"}',
    '2023-09-27T11:37:56.947Z',
    [],
  ],
  [
    'ZAP',
    '{"level":"info","ts":"2022-03-16T07:55:07.710Z","caller":"entrypoint.sh","msg":"text"}',
    '2022-03-16T07:55:07.710Z',
    [],
  ],
  ['SEE', '2019-08-07T02:24:04.835Z [ERROR]\ttext', '2019-08-07T02:24:04.835Z', []],
  ['SEE', '2018-03-01T06:28:10Z [INFO] text', '2018-03-01T06:28:10.000Z', []],
  ['CRI', '2024-05-17T09:31:22.123456789Z stderr F text', '2024-05-17T09:31:22.123Z', []],
  ['CRI', '2024-05-17T09:31:22.123456789+00:00 stdout P text', '2024-05-17T09:31:22.123Z', []],
  [
    'CRI',
    '2024-05-17T09:31:22.9Z stderr F E0517 09:31:22.123456       1 server.go:69] text',
    '2024-05-17T09:31:22.900Z',
    [],
  ],
  [
    'DOCKER',
    '{"log":"text\\n","stream":"stderr","time":"2020-06-01T10:00:00.123456789Z"}',
    '2020-06-01T10:00:00.123Z',
    [],
  ],
  [
    'KLOG',
    'E0517 09:31:22.123456    2134 file.go:32] text',
    '2024-05-17T09:31:22.123Z',
    ['year-inferred', 'zone-assumed'],
  ],
  [
    'JRN',
    'May 17 09:31:22 host kubelet[2134]: text',
    '2024-05-17T09:31:22.000Z',
    ['year-inferred', 'zone-assumed'],
  ],
  [
    'JRN',
    'May 17 09:31:22.123456 host kubelet[2134]: text',
    '2024-05-17T09:31:22.123Z',
    ['year-inferred', 'zone-assumed'],
  ],
  [
    'JRN',
    'May 17 09:31:22 host kubelet[2134]: E0517 09:31:21.987654    2134 file.go:32] text',
    '2024-05-17T09:31:21.987Z',
    ['year-inferred', 'zone-assumed'],
  ],
  [
    'JRN',
    'May 17 09:31:22 host kubelet[2134]: E0412 09:31:21.987654    2134 file.go:32] another day',
    '2024-05-17T09:31:22.000Z',
    ['year-inferred', 'zone-assumed'],
  ],
  [
    'JRN',
    'May 17 11:31:22 host containerd[2780]: time="2024-05-17T09:31:22.123456789Z" level=info msg="x"',
    '2024-05-17T09:31:22.123Z',
    [],
  ],
  [
    'JRN-ISO',
    '2024-05-17T09:31:22.123456+0000 ip-10-0-1-5.ec2.internal kubelet[2134]: text',
    '2024-05-17T09:31:22.123Z',
    [],
  ],
  ['JRN-ISO', '2024-05-17T09:31:22.123456+02:00 host CRON[77]: text', '2024-05-17T07:31:22.123Z', []],
  [
    'SYSLOG',
    'May  7 09:31:22 host kernel: text',
    '2024-05-07T09:31:22.000Z',
    ['year-inferred', 'zone-assumed'],
  ],
  ['DMESG', '[12345.678901] text', '2024-05-17T09:31:22.000Z', ['boot-relative']],
  ['DMESG', '[    0.000000][    T0] Linux version 6.1.115', '2024-05-17T06:05:36.322Z', ['boot-relative']],
  ['DMESG-H', '[Fri May 17 09:31:22 2024] text', '2024-05-17T09:31:22.000Z', ['zone-assumed']],
  ['DMESG-H', '[Tue May  7 09:31:22 2024] text', '2024-05-07T09:31:22.000Z', ['zone-assumed']],
  ['LOGRUS', 'time="2024-05-17T09:31:22Z" level=info msg="text"', '2024-05-17T09:31:22.000Z', []],
  ['LOGRUS', 'time="2024-05-17T09:31:22.5+02:00" level=info msg="text"', '2024-05-17T07:31:22.500Z', []],
  [
    'CLOUDINIT',
    '2024-05-17 09:31:22,123 - util.py[DEBUG]: text',
    '2024-05-17T09:31:22.123Z',
    ['zone-assumed'],
  ],
  [
    'TEXT',
    'curling https://A1.gr7.eu-west-1.eks.amazonaws.com (1 of 5) 2024-05-17T09:31:22.123UTC',
    '2024-05-17T09:31:22.123Z',
    [],
  ],
  ['TEXT', '< date: Fri, 17 May 2024 09:31:22 GMT', '2024-05-17T09:31:22.000Z', []],
  ['TEXT', '"5/17/2024 9:31:22 AM","Error","EC2AMAZ-1","text"', '2024-05-17T09:31:22.000Z', ['zone-assumed']],
  ['TEXT', '"5/17/2024 12:31:22 AM","Error"', '2024-05-17T00:31:22.000Z', ['zone-assumed']],
  [
    'SNAP',
    '2024-05-17T09:31:22Z kubelet-eks.daemon[4242]: E0517 09:31:22.654321    4242 event.go:280] x',
    '2024-05-17T09:31:22.000Z',
    [],
  ],
  ['ISO', '2023-12-06T14:25:58.455-06:00   Node: ip-10-0-1-5;SIP: 10.0.1.9', '2023-12-06T20:25:58.455Z', []],
];

describe('lineTime', () => {
  it.each(LINES)('%s %s', (family, line, time, notes) => {
    const read = lineTime(line, { ...context, bootTime: BOOT });
    expect([read.family, iso(read.time), read.notes]).toEqual([family, time, notes]);
  });

  it.each([
    'text without a time',
    'May 32 09:31:22 host kubelet: no such day',
    'May 17 25:31:22 host kubelet: no such hour',
    'E1317 09:31:22.123456    2134 file.go:32] no such month',
    '{"level":"info","ts":"2024-02-30T09:31:22.123Z","msg":"no such date"}',
    '2024-13-01T00:00:00Z stderr F no such month',
    '[Fri Feb 30 09:31:22 2024] no such date',
    '[INFO] plugin/reload: no time',
    'time="soon" level=info msg="x"',
    '-- Boot 3f2a1b4c9d8e4f7a8b6c1a2b3c4d5e6f --',
  ])('finds no time in %s', (line) => {
    expect(lineTime(line, context).time).toBeNull();
  });

  it('says nothing of dmesg without a time of boot, and of years without a collection time', () => {
    expect(lineTime('[12345.678901] text', context).time).toBeNull();
    expect(lineTime('May 17 09:31:22 host a[1]: b', { collectedAt: null }).time).toBeNull();
    expect(iso(lineTime('[Fri May 17 09:31:22 2024] x', { collectedAt: null }).time)).toBe(
      '2024-05-17T09:31:22.000Z',
    );
  });

  it('applies the zone of the node', () => {
    const read = lineTime('May 17 11:31:22 host kubelet[1]: x', { ...context, zoneOffset: 120 });
    expect([iso(read.time), read.notes]).toEqual([
      '2024-05-17T09:31:22.000Z',
      ['year-inferred', 'zone-inferred'],
    ]);
  });

  it.each([
    ['Dec 31 23:59:59', '2023-12-31T23:59:59.000Z'],
    ['May 17 09:40:00', '2024-05-17T09:40:00.000Z'],
    // A day after the collection at most: clocks differ, zones too.
    ['May 18 09:30:00', '2024-05-18T09:30:00.000Z'],
    ['May 18 09:32:00', '2023-05-18T09:32:00.000Z'],
    ['Feb 29 12:00:00', '2024-02-29T12:00:00.000Z'],
  ])('takes the latest year that fits: %s', (start, time) => {
    expect(iso(lineTime(`${start} host kubelet[1]: x`, context).time)).toBe(time);
  });

  it('takes a 29 February to the last leap year', () => {
    const read = lineTime('Feb 29 12:00:00 host kubelet[1]: x', { collectedAt: Date.UTC(2027, 0, 3) });
    expect(iso(read.time)).toBe('2024-02-29T12:00:00.000Z');
  });
});
