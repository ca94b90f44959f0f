import { describe, expect, it } from 'vitest';
import { ladderRows, type LadderPacket } from '../../src/diagnose/ladder-rows.js';

const p = (
  time: number,
  key: string,
  o: { back?: boolean; seq?: number; length?: number } = {},
): LadderPacket => ({
  time,
  back: o.back ?? false,
  key,
  range: o.seq === undefined ? null : { seq: o.seq, length: o.length ?? 0 },
  label: key,
});
const shape = (points: LadderPacket[][], aligned = true): unknown[] =>
  ladderRows(points, aligned).map((r) => [r.packet.key, ...r.at]);

describe('ladderRows', () => {
  it('follows a packet from point to point in its own direction', () => {
    const src = [p(0, 'syn'), p(50, 'syn-ack', { back: true })];
    const dst = [p(10, 'syn'), p(40, 'syn-ack', { back: true })];
    expect(shape([src, dst])).toEqual([
      ['syn', 0, 10],
      ['syn-ack', 50, 40],
    ]);
  });

  it('leaves empty where a packet was not seen', () => {
    expect(shape([[p(0, 'syn')], []])).toEqual([['syn', 0, null]]);
  });

  it('takes a lost first copy for lost when its retransmission arrives', () => {
    expect(shape([[p(0, 'a'), p(1000, 'a')], [p(1010, 'a')]])).toEqual([
      ['a', 0, null],
      ['a', 1000, 1010],
    ]);
  });

  it('pairs copies in order where the clocks are not known', () => {
    expect(shape([[p(0, 'a'), p(1000, 'a')], [p(5000, 'a')]], false)).toEqual([
      ['a', 0, 5000],
      ['a', 1000, null],
    ]);
  });

  it('finds a small segment in a large one that offload has joined', () => {
    const src = [p(0, 'x', { seq: 100, length: 10 }), p(1, 'y', { seq: 110, length: 10 })];
    const dst = [p(5, 'xy', { seq: 100, length: 20 })];
    expect(shape([src, dst])).toEqual([
      ['x', 0, 5],
      ['y', 1, 5],
    ]);
  });

  it('covers sequence numbers that wrap', () => {
    const src = [p(0, 'x', { seq: 0, length: 4 })];
    const dst = [p(5, 'big', { seq: 0xfffffffe, length: 8 })];
    expect(shape([src, dst])[0]).toEqual(['x', 0, 5]);
  });
});
