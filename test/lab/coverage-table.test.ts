import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COVERAGE_FILE, coverageCauses, coverageRules, coverageTable } from '../../lab/coverage-table.js';

describe('docs/coverage.md', () => {
  const rules = coverageRules();

  it('is what the generator gives', () => {
    expect(readFileSync(COVERAGE_FILE, 'utf8')).toBe(coverageTable(rules, coverageCauses()));
  });

  it('names only rules that exist', () => {
    const table = readFileSync(COVERAGE_FILE, 'utf8');
    const cells = table.split('\n').flatMap((l) => (/^\| .* \|$/.test(l) ? [l] : []));
    const first = cells.map((l) => /^\| `([a-z0-9-]+)` \|/.exec(l)?.[1]).filter((id) => id !== undefined);
    expect(first).toEqual([...rules.keys()]);
    const named = coverageCauses().flatMap((d) => d.rows.flatMap((r) => r.rules ?? []));
    expect(named.filter((id) => !rules.has(id))).toEqual([]);
  });

  it('says what to collect for every cause that cannot be seen', () => {
    const rows = coverageCauses().flatMap((d) => d.rows);
    expect(rows.filter((r) => r.unseen !== undefined && !r.collect)).toEqual([]);
  });
});

describe('coverageTable', () => {
  const rule = { id: 'a', source: 'b | c', needs: ['trace'], cases: 3 };

  it('escapes bars and adds up cases', () => {
    const text = coverageTable(new Map([['a', rule]]), [
      { document: 'D', rows: [{ cause: 'x', rules: ['a'] }] },
    ]);
    expect(text).toContain('| x | `a` | `trace` | 3 |');
    expect(text).toContain('| `a` | b \\| c | `trace` | 3 |');
  });

  it('refuses a rule that does not exist, and a row that says nothing', () => {
    const table = (row: { cause: string; rules?: string[] }): string =>
      coverageTable(new Map([['a', rule]]), [{ document: 'D', rows: [row] }]);
    expect(() => table({ cause: 'x', rules: ['b'] })).toThrow('there is no rule b');
    expect(() => table({ cause: 'x' })).toThrow('every row takes one of');
  });
});
