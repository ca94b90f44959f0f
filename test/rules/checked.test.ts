import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FACTS } from '../../src/facts/index.js';
import { checkedRules, digestOf } from '../../src/rules/checked.js';
import { ruleFiles } from '../../src/rules/files.js';
import { loadRuleSet } from '../../src/rules/load.js';
import { BUILTIN_RULES } from '../../src/run.js';
import { folder } from './support/build.js';

const BUILT = path.join(import.meta.dirname, '../../dist/rules.json');

describe('rules checked by the build', () => {
  it('are the rules of the YAML files, word for word', async () => {
    const read = await loadRuleSet([{ dir: BUILTIN_RULES, builtin: true }], FACTS);
    expect(read.problems).toEqual([]);
    expect(checkedRules(await ruleFiles(BUILTIN_RULES, true), BUILT)?.rules).toEqual(
      read.loaded.map(({ rule, text, line }) => ({ rule, text, line })),
    );
  });

  it('are not used without a build, nor once a file has changed, is new or is gone', async () => {
    const dir = await folder({ 'a.yaml': 'id: a', 'b.yaml': 'id: b' });
    const files = await ruleFiles(dir, true);
    const from = path.join(dir, 'rules.json');
    expect(checkedRules(files, from)).toBeNull();
    await writeFile(from, JSON.stringify({ digest: digestOf(files), rules: [] }));
    expect(checkedRules(files, from)?.rules).toEqual([]);
    expect(checkedRules(files.slice(1), from)).toBeNull();
    expect(checkedRules([...files].reverse(), from)).toBeNull();
    await appendFile(path.join(dir, 'b.yaml'), '\n');
    expect(checkedRules(files, from)).toBeNull();
  });
});
