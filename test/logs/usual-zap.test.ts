import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson, decodeUsualZap } from '../../src/logs/decode/body.js';

const USUAL =
  '{"level":"debug","ts":"2024-05-17T09:31:22.123Z","caller":"ipamd/ipamd.go:633","msg":"IP pool stats: 3"}';

describe('the usual line of zap', () => {
  it('is read at once', () => {
    expect(decodeUsualZap(USUAL)).toEqual({
      family: 'ZAP',
      stamp: { kind: 'utc', ms: Date.UTC(2024, 4, 17, 9, 31, 22, 123) },
      level: 'debug',
      message: 'IP pool stats: 3',
      pairs: [['caller', 'ipamd/ipamd.go:633']],
    });
  });

  it.each([
    USUAL.slice(0, -1),
    USUAL.replace('"}', '","error":"none"}'),
    USUAL.replace('pool', 'p\\"ool'),
    USUAL.replace('"caller"', '"logger"'),
    `${USUAL} `,
    '{"level":"info"}',
  ])('is left to the reader of all JSON where it is another: %s', (text) => {
    expect(decodeUsualZap(text)).toBe(null);
  });

  it('says what the reader of all JSON says', () => {
    const part = fc.constantFrom(
      '',
      'debug',
      'a b',
      '"',
      '\\',
      ',',
      '}',
      '1715938282.5',
      '2024-05-17T09:31:22Z',
      'é',
    );
    const parts = fc.array(part, { maxLength: 3 }).map((all) => all.join(''));
    fc.assert(
      fc.property(parts, parts, parts, parts, parts, (level, ts, caller, msg, rest) => {
        const text = `{"level":"${level}","ts":"${ts}","caller":"${caller}","msg":"${msg}"${rest}}`;
        const usual = decodeUsualZap(text);
        if (usual !== null) expect(usual).toEqual(decodeJson(text));
      }),
      { numRuns: 2000 },
    );
  });
});
