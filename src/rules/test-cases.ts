import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { FactDefinition } from '../facts/types.js';
import { testFiles, type RuleFile } from './files.js';
import type { RuleDirectory } from './load.js';
import { nearest, nearestOrAll, quoted, type RuleProblem } from './problem.js';
import { caseSchema, type RuleCase } from './test-schema.js';
import { validate } from './validate.js';
import { readYaml, type YamlFile } from './yaml.js';

/** A case with the rule it belongs to and where it stands. */
export interface PlacedCase {
  /** Id of the rule: the file's name without `.test.yaml`. */
  readonly rule: string;
  readonly directory: RuleDirectory;
  readonly file: string;
  readonly line: number;
  readonly case: RuleCase;
}

/** Reads the cases of all test files of the folders; what is wrong with them becomes problems. */
export async function readCases(
  dirs: readonly RuleDirectory[],
  facts: readonly FactDefinition[],
): Promise<{ cases: PlacedCase[]; problems: RuleProblem[] }> {
  const cases: PlacedCase[] = [];
  const problems: RuleProblem[] = [];
  for (const directory of dirs) {
    for (const file of await testFiles(directory.dir, directory.builtin)) {
      const yaml = readYaml(await readFile(file.path, 'utf8'), file.display);
      problems.push(...yaml.problems);
      if (yaml.problems.length === 0) cases.push(...casesOf(yaml, file, directory, facts, problems));
    }
  }
  return { cases, problems };
}

function casesOf(
  yaml: YamlFile,
  file: RuleFile,
  directory: RuleDirectory,
  facts: readonly FactDefinition[],
  problems: RuleProblem[],
): PlacedCase[] {
  if (!Array.isArray(yaml.value)) {
    problems.push({ file: yaml.file, line: 1, column: 1, message: 'expected a list of cases' });
    return [];
  }
  const rule = path.basename(file.path).replace(/\.test\.ya?ml$/, '');
  return yaml.value.flatMap((value: unknown, index) => {
    const found = validate(yaml, [index], value, caseSchema);
    if (found.length === 0) found.push(...checkFacts(yaml, index, value as RuleCase, facts));
    problems.push(...found);
    const { line } = yaml.place([index]);
    return found.length > 0 ? [] : [{ rule, directory, file: yaml.file, line, case: value as RuleCase }];
  });
}

/** Instances of a case must have the fields the fact defines, so that cases cannot drift from the facts. */
function checkFacts(
  yaml: YamlFile,
  index: number,
  value: RuleCase,
  facts: readonly FactDefinition[],
): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const report = (path: readonly (string | number)[], key: string, message: string): void => {
    problems.push({ file: yaml.file, ...yaml.place([index, 'facts', ...path], key), message });
  };
  for (const [name, instances] of Object.entries(value.facts ?? {})) {
    const definition = facts.find((fact) => fact.name === name);
    if (definition === undefined) {
      report(
        [],
        name,
        `unknown fact ${quoted(name)}${nearest(
          name,
          facts.map((fact) => fact.name),
        )}`,
      );
      continue;
    }
    for (const [row, instance] of instances.entries()) {
      for (const [field, given] of Object.entries(instance)) {
        if (field === '$node') continue;
        const known = Object.hasOwn(definition.fields, field) ? definition.fields[field] : undefined;
        if (known === undefined) {
          const hint = nearestOrAll(field, Object.keys(definition.fields));
          report([name, row], field, `fact ${name} has no field ${quoted(field)}${hint}`);
        } else if (given !== null && typeof given !== known.type) {
          report([name, row], field, `${quoted(field)} is a ${known.type}, not a ${typeof given}`);
        } else if (typeof given === 'string' && known.values?.includes(given) === false) {
          const hint = nearestOrAll(given, known.values);
          report([name, row], field, `${quoted(field)} is never ${quoted(given)}${hint}`);
        }
      }
    }
  }
  return problems;
}
