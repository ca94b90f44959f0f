import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineClock } from '../../src/index-store/line-clock.js';
import { resolveTime, type ClockProfile } from '../../src/logs/clock.js';
import { decodeLine } from '../../src/logs/record.js';

const PROFILE: ClockProfile = {
  lastYear: 2024,
  turns: 0,
  offset: 120,
  offsetFrom: 'inner-stamps',
  bootTime: Date.UTC(2024, 4, 1),
};

function fast(line: string): number | null {
  const clock = new LineClock(PROFILE, false);
  const bytes = Buffer.from(line);
  clock.next(bytes, 0, bytes.length);
  return clock.own ? clock.time : null;
}

const slow = (line: string): number | null => resolveTime(decodeLine(line).stamp, PROFILE, 0).time;

const LINES = [
  '{"level":"debug","ts":"2024-05-17T09:31:22.123Z","caller":"ipamd/ipamd.go:633","msg":"text"}',
  '{"level":"debug","ts":"2024-05-17T09:31:22.123+0200","caller":"x","msg":"text"}',
  '{"timestamp":"2024-05-17T09:31:22.123Z","level":"info","msg":"text"}',
  '{"log":"text\\n","stream":"stderr","time":"2020-06-01T10:00:00.123456789Z"}',
  '2019-08-07T02:24:04.835Z [ERROR]\ttext',
  '2024-05-17T09:31:22.123456789Z stderr F text',
  '2024-05-17T09:31:22.123456+0000 host kubelet[2134]: text',
  '2024-05-17T09:31:22.123456-03:30 host kubelet[2134]: text',
  '2024-05-17 09:31:22,123 - util.py[DEBUG]: text',
  'E0517 09:31:22.123456    2134 file.go:32] text',
  'May 17 09:31:22 host kubelet[2134]: text',
  'May 17 09:31:22 host kubelet[2134]: E0517 09:31:22.123456    2134 file.go:32] text',
  'May 17 09:31:22 host kubelet[2134]: E0516 09:31:22.123456    2134 file.go:32] text',
  'May 17 09:31:22 host kubelet[2134]: E0517 09:33:22.123456    2134 file.go:32] text',
  'May 17 09:31:22.123456 host kubelet[2134]: text',
  'May  7 09:31:22 host kernel: text',
  'May  7 09:31:22 host kernel: [12345.678901] text',
  'May 17 09:31:22 host containerd[1890]: time="2024-05-17T07:31:22.123456789Z" level=info msg="text"',
  'May 17 09:31:22 host app: {"level":"debug","ts":"2024-05-17T07:31:22.123Z","msg":"text"}',
  'May 32 09:31:22 host kubelet[2134]: text',
  'May 17 25:31:22 host kubelet[2134]: text',
  '[12345.678901] text',
  '[Fri May 17 09:31:22 2024] text',
  'time="2024-05-17T09:31:22Z" level=info msg="text"',
  'curling https://x (1 of 5) 2024-05-17T09:31:22.123UTC',
  '2023-02-29T09:31:22Z text',
  '2024-02-29T09:31:22Z text',
  '2024-05-17T09:31:60Z text',
  'Mayor of the town 09:31:22',
  '    indented text',
  '',
];

describe('LineClock', () => {
  it.each(LINES)('reads the time of %s as the decoder does', (line) => {
    expect(fast(line)).toBe(slow(line));
  });

  it('agrees with the decoder on any valid moment of the usual forms', () => {
    const moment = fc.date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(
        moment,
        fc.constantFrom('Z', '+0200', '-03:30', '+00:00'),
        fc.nat(999_999_999),
        (date, zone, ns) => {
          const at = `${date.toISOString().slice(0, 19)}.${String(ns).padStart(9, '0')}${zone}`;
          for (const line of [
            `{"level":"warn","ts":"${at}","msg":"x"}`,
            `${at} stdout F x`,
            `time="${at}" level=info msg="x"`,
          ])
            expect(fast(line)).toBe(slow(line));
        },
      ),
    );
  });

  it('gives a line without a time that of the line above', () => {
    const clock = new LineClock(PROFILE, false);
    const see = (line: string): void => clock.next(Buffer.from(line), 0, Buffer.byteLength(line));
    see('goroutine 1 [running]:');
    expect(clock.time).toBeNaN();
    see('2024-05-17T09:31:22Z stderr F panic: x');
    see('goroutine 1 [running]:');
    expect([clock.own, clock.time]).toEqual([false, Date.UTC(2024, 4, 17, 9, 31, 22)]);
  });

  it('goes on from where another stood, over the turn of the year', () => {
    const lines = ['Dec 31 23:59:59 h a: x', 'Jan  1 00:00:01 h a: x', 'Jan  1 00:00:02 h a: x'];
    const profile = { ...PROFILE, offset: 0, lastYear: 2025, turns: 1 };
    const whole = new LineClock(profile, true);
    const times = lines.map((line) => {
      whole.next(Buffer.from(line), 0, line.length);
      return whole.time;
    });
    const first = new LineClock(profile, true);
    first.next(Buffer.from(lines[0]!), 0, lines[0]!.length);
    const second = new LineClock(profile, true, first.state());
    second.next(Buffer.from(lines[1]!), 0, lines[1]!.length);
    expect(second.time).toBe(times[1]);
    expect(times.map((time) => new Date(time).getUTCFullYear())).toEqual([2024, 2025, 2025]);
  });
});
