import { describe, expect, it } from 'vitest';
import { withBrackets, type Marker } from '../../src/align/brackets.js';
import { ASSUMED, COVERED, LIKELY, NOT_COVERED, type Coverage } from '../../src/align/coverage.js';

const marker = (time: number, ...points: number[]): Marker => ({
  time,
  seenAt: (point) => points.includes(point),
});

const bracketed = (c: Coverage, ...markers: Marker[]): ((t: number) => Coverage) => {
  const coverage = withBrackets(
    () => c,
    () => markers,
  );
  return (t) => coverage(0, 1, t);
};

describe('coverage that a flow itself proves', () => {
  it('holds between two packets that the later point saw, not at them or beyond', () => {
    const at = bracketed(ASSUMED, marker(1, 1), marker(2), marker(5, 1), marker(9));
    expect([1, 2, 4, 5, 9].map(at)).toEqual([ASSUMED, COVERED, COVERED, ASSUMED, ASSUMED]);
  });

  it('says nothing where the later point saw one packet, none, or those of another point', () => {
    expect(bracketed(LIKELY, marker(1, 1))(1)).toBe(LIKELY);
    expect(bracketed(LIKELY)(1)).toBe(LIKELY);
    expect(bracketed(LIKELY, marker(1, 2), marker(5, 2))(3)).toBe(LIKELY);
  });

  it('leaves gaps in which no capture ran', () => {
    expect(bracketed(NOT_COVERED, marker(1, 1), marker(5, 1))(3)).toBe(NOT_COVERED);
  });
});
