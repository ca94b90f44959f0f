import { describe, expect, it } from 'vitest';
import { requiredLiterals } from '../../../src/logs/prefilter/literals.js';

describe('requiredLiterals', () => {
  it.each([
    ['table full, dropping packet', ['table full, dropping packet']],
    ['Using (?P<mode>iptables|ipvs) [Pp]rox', ['using iptables prox', 'using ipvs prox']],
    ['plugin/errors: 2 (\\S+) ([A-Z]+): ', ['plugin/errors: 2 ']],
    ['net_ratelimit: (?P<n>\\d+) callbacks suppressed', [' callbacks suppressed']],
    ['^panic: ', ['panic: ']],
    ['addresses?$', ['addresse', 'addresses']],
    ['(?i)OUT OF memory', ['out of memory']],
    ['\\Qa.b*c\\E|x\\.yz', ['a.b*c', 'x.yz']],
    ['(?:InsufficientFree|UnauthorizedOp)\\w*', ['insufficientfree', 'unauthorizedop']],
    ['failed.*no such file', ['no such file']],
    // Quotes, `=` and backslashes are written otherwise in JSON or put in by us.
    ['"Sync failed" err=timeout', ['sync failed']],
    ['path C:\\\\Program Files', ['program files']],
    ['(?:abc){2,}', ['abc']],
    ['(?:abc)?defg', ['defg', 'abcdefg']],
    ['x{3}yes', ['yes']],
    ['a{,5}', ['a{,5}']],
    ['naïve attempt', ['ve attempt']],
    ['this is a very long fixed text that goes on', ['this is a very long fixed text t']],
  ])('of %s', (pattern, expected) => {
    expect(new Set(requiredLiterals(pattern).anyOf)).toEqual(new Set(expected));
  });

  it.each([
    '',
    '.*',
    '\\d+ \\w+',
    'a|.*',
    'ab',
    '(?:long enough|.)',
    '[a-z]{4,}',
    'no*',
    '\\pL+ letters',
    '\\x41BC',
    '(?:abc)*',
  ])('has none for %s', (pattern) => {
    expect(requiredLiterals(pattern).anyOf).toBeNull();
  });

  it('says where letter case does not count', () => {
    expect(requiredLiterals('a (?i:b) cde').ignoresCase).toBe(true);
    expect(requiredLiterals('(?s)abc').ignoresCase).toBe(false);
    expect(requiredLiterals('(?-i)abc').ignoresCase).toBe(false);
  });
});
