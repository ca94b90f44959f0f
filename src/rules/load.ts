import { NetcheckError } from '../errors.js';
import type { FactDefinition } from '../facts/types.js';
import type { Rule } from '../model/rule.js';
import { checkedRules, type CheckedRule } from './checked.js';
import { parseDuration } from './duration.js';
import type { RuleEntry } from './entries.js';
import { ruleFiles, type RuleFile } from './files.js';
import { compare, formatProblem, nearest, quoted, sortProblems, type RuleProblem } from './problem.js';

export interface RuleDirectory {
  /** A folder, or one file. */
  readonly dir: string;
  readonly builtin: boolean;
}

/** A rule with where it comes from and what became of it. */
export interface LoadedRule extends CheckedRule {
  readonly directory: RuleDirectory;
  /** False when a later folder switched it off. */
  readonly enabled: boolean;
  /** True when an override changed what its YAML says. */
  readonly overridden: boolean;
}

export interface RuleSet {
  /** Every rule by id, those switched off too. */
  readonly loaded: readonly LoadedRule[];
  readonly problems: readonly RuleProblem[];
}

/**
 * Reads the rules of the folders in their order. A later folder may replace a rule by its id, change it
 * (`override`) or switch it off (`enabled: false`).
 *
 * Throws a NetcheckError E_RULE_INVALID whose message lists every error of every file, with file, line and column.
 */
export async function loadRules(
  dirs: readonly RuleDirectory[],
  facts: readonly FactDefinition[],
): Promise<Rule[]> {
  const { loaded, problems } = await loadRuleSet(dirs, facts);
  if (problems.length > 0) throw invalid(problems);
  return loaded.filter((entry) => entry.enabled).map((entry) => entry.rule);
}

/** The error that lists all problems. */
export function invalid(problems: readonly RuleProblem[]): NetcheckError {
  const count = problems.length === 1 ? 'one error' : `${problems.length} errors`;
  return new NetcheckError(
    'E_RULE_INVALID',
    `the rules have ${count}:\n${problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`,
  );
}

/** Like `loadRules`, with the errors as values: what `rules lint` shows. */
export async function loadRuleSet(
  dirs: readonly RuleDirectory[],
  facts: readonly FactDefinition[],
): Promise<RuleSet> {
  const byName = new Map(facts.map((fact) => [fact.name, fact]));
  const problems: RuleProblem[] = [];
  const loaded = new Map<string, LoadedRule>();
  for (const directory of dirs) {
    const files = await ruleFiles(directory.dir, directory.builtin);
    const checked = directory.builtin ? checkedRules(files) : null;
    if (checked !== null) {
      for (const rule of checked.rules) loaded.set(rule.rule.id, asLoaded(rule, directory));
      continue;
    }
    const entries = await entriesOf(files, byName, problems);
    addRules(entries, directory, loaded, problems);
    for (const entry of entries) if (entry.kind !== 'rule') change(entry, loaded, problems);
  }
  return {
    loaded: [...loaded.values()].sort((a, b) => compare(a.rule.id, b.rule.id)),
    problems: sortProblems(problems),
  };
}

async function entriesOf(
  files: readonly RuleFile[],
  facts: ReadonlyMap<string, FactDefinition>,
  problems: RuleProblem[],
): Promise<RuleEntry[]> {
  // The readers of YAML and of schemas are loaded only where there is something to check.
  const { readEntries } = await import('./entries.js');
  const entries: RuleEntry[] = [];
  for (const file of files) entries.push(...(await readEntries(file, facts, problems)));
  return entries;
}

function asLoaded({ rule, text, line }: CheckedRule, directory: RuleDirectory): LoadedRule {
  return { rule, directory, text, line, enabled: true, overridden: false };
}

function addRules(
  entries: readonly RuleEntry[],
  directory: RuleDirectory,
  loaded: Map<string, LoadedRule>,
  problems: RuleProblem[],
): void {
  const here = new Map<string, { file: string; line: number }>();
  for (const entry of entries) {
    if (entry.kind !== 'rule') continue;
    const place = entry.place(['id']);
    const before = here.get(entry.id);
    if (before !== undefined) {
      problems.push({
        ...place,
        message: `${quoted(entry.id)} is defined before, at ${before.file}:${before.line}`,
      });
      continue;
    }
    here.set(entry.id, place);
    const { rule, text } = entry;
    loaded.set(entry.id, asLoaded({ rule, text, line: entry.place([]).line }, directory));
  }
}

function change(
  entry: Exclude<RuleEntry, { kind: 'rule' }>,
  loaded: Map<string, LoadedRule>,
  problems: RuleProblem[],
): void {
  const target = loaded.get(entry.id);
  if (target === undefined) {
    const message = `there is no rule ${quoted(entry.id)} to change${nearest(entry.id, loaded.keys())}`;
    problems.push({ ...entry.place(['id']), message });
    return;
  }
  if (entry.kind === 'switch') {
    loaded.set(entry.id, { ...target, enabled: entry.enabled });
    return;
  }
  const { params = {}, ...rest } = entry.override;
  const known = target.rule.params;
  for (const [name, value] of Object.entries(params)) {
    const at = entry.place(['override', 'params'], name);
    if (!Object.hasOwn(known, name)) {
      problems.push({
        ...at,
        message: `unknown parameter ${quoted(name)}${nearest(name, Object.keys(known))}`,
      });
    } else if (typeof value !== typeof known[name]) {
      problems.push({ ...at, message: `parameter ${quoted(name)} is a ${typeof known[name]}` });
    } else if (isDuration(known[name]) && !isDuration(value)) {
      problems.push({ ...at, message: `parameter ${quoted(name)} is a duration such as 10m` });
    }
  }
  loaded.set(entry.id, {
    ...target,
    rule: { ...target.rule, ...rest, params: { ...known, ...params } },
    overridden: true,
  });
}

function isDuration(value: unknown): boolean {
  return typeof value === 'string' && parseDuration(value) !== null;
}
