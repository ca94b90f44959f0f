import { describe, expect, it } from 'vitest';
import { bootFromDmesg, bootFromJournal, bootFromLast, nodeClock } from '../../src/logs/node-clock.js';
import { bundleOf, COLLECTED, iso } from './helpers.js';

const RELATIVE = [
  '[    0.000000] Linux version 6.1.115',
  '[    1.420000] ena 0000:00:05.0: ENA device version: 0.10',
  '[   70.900000] IPv6: ADDRCONF(NETDEV_CHANGE): eni1: link becomes ready',
];
const WALL = [
  '[Fri May 17 06:00:00 2024] Linux version 6.1.115',
  '[Fri May 17 06:00:01 2024] ena 0000:00:05.0: ENA device version: 0.10',
  '[Fri May 17 06:01:11 2024] IPv6: ADDRCONF(NETDEV_CHANGE): eni1: link becomes ready',
];

describe('time of boot', () => {
  it('comes from dmesg with both clocks, as near as its seconds allow', () => {
    expect(iso(bootFromDmesg(RELATIVE, WALL, 0))).toBe('2024-05-17T06:00:00.100Z');
    expect(iso(bootFromDmesg(RELATIVE, WALL, 120))).toBe('2024-05-17T04:00:00.100Z');
  });

  it('survives lines that the ring buffer lost between the two dumps', () => {
    expect(iso(bootFromDmesg(RELATIVE, WALL.slice(1), 0))).toBe('2024-05-17T06:00:00.100Z');
    expect(bootFromDmesg(RELATIVE, ['[Fri May 17 06:00:00 2024] something else'], 0)).toBeNull();
    expect(bootFromDmesg([], WALL, 0)).toBeNull();
  });

  it('comes from the list of boots', () => {
    const boots = [
      '-1 1f2a1b4c9d8e4f7a8b6c1a2b3c4d5e6f Wed 2024-05-15 09:31:22 UTC—Fri 2024-05-17 05:59:00 UTC',
      ' 0 3f2a1b4c9d8e4f7a8b6c1a2b3c4d5e6f Fri 2024-05-17 06:00:02 UTC—Fri 2024-05-17 09:31:22 UTC',
    ];
    expect(iso(bootFromJournal(boots))).toBe('2024-05-17T06:00:02.000Z');
    expect(bootFromJournal(boots.slice(0, 1))).toBeNull();
  });

  it('comes from the table of logins, to the minute', () => {
    const lines = ['reboot   system boot  6.1.115-126.197.a Fri May 17 06:00   still running'];
    expect(iso(bootFromLast(lines, 0, COLLECTED))).toBe('2024-05-17T06:00:00.000Z');
    expect(iso(bootFromLast(lines, 0, Date.UTC(2024, 4, 15)))).toBe('2023-05-17T06:00:00.000Z');
    expect(bootFromLast(['wtmp begins Fri May 17 06:00:11 2024'], 0, COLLECTED)).toBeNull();
    expect(bootFromLast(lines, 0, null)).toBeNull();
  });
});

describe('nodeClock', () => {
  it('finds zone and boot of a node outside UTC', async () => {
    const bundle = bundleOf({
      'kernel/dmesg.current': RELATIVE.join('\n'),
      'kernel/dmesg.human.current': WALL.join('\n'),
      'containerd/containerd-log.txt':
        'May 17 11:31:22 host containerd[1]: time="2024-05-17T09:31:22.1Z" level=info msg="x"\n',
    });
    const clock = await nodeClock(bundle);
    expect([iso(clock.bootTime), clock.zoneOffset]).toEqual(['2024-05-17T04:00:00.100Z', 120]);
  });

  it('knows nothing of a bundle without such files', async () => {
    expect(await nodeClock(bundleOf({ 'system/ps.txt': 'x' }))).toEqual({ bootTime: null, zoneOffset: null });
  });
});
