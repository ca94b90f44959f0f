import { NetcheckError } from '../errors.js';
import type { FactDefinition } from '../facts/types.js';
import type { Rule } from '../model/rule.js';
import { invalid, loadRuleSet, type LoadedRule, type RuleDirectory } from '../rules/load.js';
import { compare, nearest, quoted } from '../rules/problem.js';
import { ruleFileSchema } from '../rules/schema.js';
import { readCases } from '../rules/test-cases.js';
import { table } from './rules-table.js';

export { rulesLint } from './rules-lint.js';
export { rulesTest } from './rules-test.js';

/** What a command prints: `text` for people, `data` for `--format json`. */
export interface CommandOutput {
  readonly text: string;
  readonly data: unknown;
  readonly exitCode: number;
}

/** What the `rules` commands work on. */
export interface RulesInput {
  /** Built-in rules first, then the folders of `--rules`. */
  readonly dirs: readonly RuleDirectory[];
  readonly facts: readonly FactDefinition[];
}

/** `rules list`: one line per rule; rules that are switched off are marked. */
export async function rulesList(input: RulesInput): Promise<CommandOutput> {
  const loaded = await load(input);
  const rows = loaded.map(({ rule, enabled }) => [
    rule.id,
    enabled ? rule.severity : 'off',
    rule.category,
    rule.needs.join(' '),
    rule.title,
  ]);
  return {
    text: table(['ID', 'SEVERITY', 'CATEGORY', 'NEEDS', 'TITLE'], rows),
    data: {
      rules: loaded.map(({ rule, enabled, directory }) => ({
        id: rule.id,
        severity: rule.severity,
        confidence: rule.confidence,
        category: rule.category,
        title: rule.title,
        needs: rule.needs,
        source: rule.source,
        file: rule.file,
        builtin: directory.builtin,
        enabled,
      })),
    },
    exitCode: 0,
  };
}

/** `rules show ID`: the rule as it stands in its file, what changed it, and its test cases. */
export async function rulesShow(input: RulesInput, id: string): Promise<CommandOutput> {
  const loaded = await load(input);
  const found = loaded.find(({ rule }) => rule.id === id);
  if (found === undefined) {
    const ids = loaded.map(({ rule }) => rule.id);
    throw new NetcheckError('E_USAGE', `there is no rule ${quoted(id)}${nearest(id, ids)}`, {
      hint: '`eks-netcheck rules list` shows all rules.',
    });
  }
  const { cases } = await readCases(input.dirs, input.facts);
  const own = cases.filter((one) => one.rule === id);
  const { rule, text, line, enabled, overridden } = found;
  const head = [
    `# ${rule.file}:${line}${enabled ? '' : ' (switched off)'}`,
    ...(overridden ? [`# in force: ${JSON.stringify(inForce(rule))}`] : []),
    ...(own.length === 0 ? ['# no test cases'] : [`# ${own.length} test cases in ${own[0]!.file}`]),
  ];
  return {
    text: [...head, text, ''].join('\n'),
    data: {
      rule,
      enabled,
      line,
      yaml: text,
      tests: own.map((one) => ({ file: one.file, line: one.line, name: one.case.name, kind: one.case.kind })),
    },
    exitCode: 0,
  };
}

/** What an override can change. */
function inForce({ severity, confidence, params }: Rule): Partial<Rule> {
  return { severity, confidence, params };
}

/** `rules schema`: the JSON Schema of a rule file, for editors. */
export function rulesSchema(): CommandOutput {
  return { text: `${JSON.stringify(ruleFileSchema, null, 2)}\n`, data: ruleFileSchema, exitCode: 0 };
}

/** `rules facts [NAME…]`: every fact with its fields, or some. */
export function rulesFacts(facts: readonly FactDefinition[], names: readonly string[] = []): CommandOutput {
  const unknown = names.find((name) => !facts.some((fact) => fact.name === name));
  if (unknown !== undefined) {
    const hint = nearest(
      unknown,
      facts.map((fact) => fact.name),
    );
    throw new NetcheckError('E_USAGE', `there is no fact ${quoted(unknown)}${hint}`, {
      hint: '`eks-netcheck rules facts` shows all facts.',
    });
  }
  const sorted = facts
    .filter((fact) => names.length === 0 || names.includes(fact.name))
    .sort((a, b) => compare(a.name, b.name));
  const text = sorted.map((fact) => {
    const rows = Object.entries(fact.fields).map(([name, { type, about }]) => [`  ${name}`, type, about]);
    return `${fact.name}\n  ${fact.description}\n${table(null, rows)}`;
  });
  return {
    text: text.join('\n'),
    data: { facts: sorted.map(({ name, description, fields }) => ({ name, description, fields })) },
    exitCode: 0,
  };
}

async function load(input: RulesInput): Promise<readonly LoadedRule[]> {
  const { loaded, problems } = await loadRuleSet(input.dirs, input.facts);
  if (problems.length > 0) throw invalid(problems);
  return loaded;
}
