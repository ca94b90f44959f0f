/** Reads and checks the built-in rules and writes them beside the built program (`src/rules/checked.ts`). */
import { writeFileSync } from 'node:fs';
import { FACTS } from '../src/facts/index.js';
import { type CheckedRules, digestOf } from '../src/rules/checked.js';
import { ruleFiles } from '../src/rules/files.js';
import { invalid, loadRuleSet } from '../src/rules/load.js';

const { loaded, problems } = await loadRuleSet([{ dir: 'rules', builtin: true }], FACTS);
if (problems.length > 0) throw invalid(problems);
const checked: CheckedRules = {
  digest: digestOf(await ruleFiles('rules', true)),
  rules: loaded.map(({ rule, text, line }) => ({ rule, text, line })),
};
writeFileSync('dist/rules.json', JSON.stringify(checked));
