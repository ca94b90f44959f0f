import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, parsePrefix } from '../../src/node/prefix.js';
import { familyOf, isPublic, isSpecial, overlaps, sameAddress } from '../../src/facts/support/addresses.js';

const byte = fc.integer({ min: 0, max: 255 });
const address = fc.tuple(byte, byte, byte, byte).map((parts) => parts.join('.'));
const prefix = fc
  .tuple(address, fc.integer({ min: 0, max: 32 }))
  .map(([ip, bits]) => `${ip}/${String(bits)}`);

describe('addresses', () => {
  it.each([
    ['10.0.0.0/8', '10.255.1.2', true],
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.1.0.0/16', '10.0.0.0/8', false],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['0.0.0.0/0', '2600::1', false],
    ['2600:1f00::/24', '2600:1f13::9', true],
    ['10.0.1.9', '10.0.1.9', true],
    ['eth0', '10.0.1.9', false],
    ['10.0.0.0/99', '10.0.1.9', false],
  ])('contains(%s, %s) is %s', (outer, inner, expected) => {
    expect(contains(outer, inner)).toBe(expected);
  });

  it('every prefix contains itself and overlaps are mutual', () => {
    fc.assert(
      fc.property(prefix, prefix, (a, b) => {
        expect(contains(a, a)).toBe(true);
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(contains('0.0.0.0/0', a)).toBe(true);
      }),
    );
  });

  it('takes any text without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect([true, false]).toContain(contains(text, '10.0.0.1'));
        expect([4, 6, null]).toContain(familyOf(text));
        parsePrefix(text);
      }),
    );
  });

  it('knows spellings of one IPv6 address', () => {
    expect(sameAddress('2600:0:0::9', '2600::9')).toBe(true);
    expect(sameAddress('2600::8', '2600::9')).toBe(false);
  });

  it('knows what is on the Internet', () => {
    expect(
      ['52.95.1.1', '10.0.0.1', '100.64.0.1', '169.254.1.1', '224.0.0.1', '2600::1'].map(isPublic),
    ).toEqual([true, false, false, false, false, true]);
    expect(['169.254.1.1', 'ff02::16', 'fe80::1', '10.0.0.1'].map(isSpecial)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
