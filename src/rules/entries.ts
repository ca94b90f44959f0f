import { readFile, stat } from 'node:fs/promises';
import type { FactDefinition } from '../facts/types.js';
import type { FactValue, Rule } from '../model/rule.js';
import { checkRule } from './check.js';
import type { RuleFile } from './files.js';
import type { RuleProblem } from './problem.js';
import { entrySchema } from './schema.js';
import { validate } from './validate.js';
import { readYaml, type Path, type YamlFile } from './yaml.js';

/** A change to a rule that was read before. */
export interface Override {
  readonly severity?: Rule['severity'];
  readonly confidence?: Rule['confidence'];
  readonly params?: Readonly<Record<string, FactValue>>;
}

interface Placed {
  readonly id: string;
  readonly place: (path: Path, key?: string) => Pick<RuleProblem, 'file' | 'line' | 'column'>;
}

/** One entry of a rule file that has the right form. */
export type RuleEntry =
  | (Placed & { readonly kind: 'rule'; readonly rule: Rule; readonly text: string })
  | (Placed & { readonly kind: 'override'; readonly override: Override })
  | (Placed & { readonly kind: 'switch'; readonly enabled: boolean });

/** Reads the entries of one file; those with errors are left out and their problems added. */
export async function readEntries(
  file: RuleFile,
  facts: ReadonlyMap<string, FactDefinition>,
  problems: RuleProblem[],
): Promise<RuleEntry[]> {
  const size = (await stat(file.path)).size;
  // `readYaml` refuses it by its size; there is no need to read more than that.
  const text = size > 1024 * 1024 ? ' '.repeat(1024 * 1024 + 1) : await readFile(file.path, 'utf8');
  const yaml = readYaml(text, file.display);
  problems.push(...yaml.problems);
  if (yaml.problems.length > 0) return [];
  if (yaml.value === null || yaml.value === undefined) return [];
  const entries: [Path, unknown][] = Array.isArray(yaml.value)
    ? yaml.value.map((value: unknown, index) => [[index], value])
    : [[[], yaml.value]];
  return entries.flatMap(([path, value]) => {
    const found = validate(yaml, path, value, entrySchema);
    problems.push(...found);
    return found.length > 0 ? [] : [toEntry(yaml, path, value as Record<string, unknown>, facts, problems)];
  });
}

function toEntry(
  yaml: YamlFile,
  path: Path,
  value: Record<string, unknown>,
  facts: ReadonlyMap<string, FactDefinition>,
  problems: RuleProblem[],
): RuleEntry {
  const id = value['id'] as string;
  const place: Placed['place'] = (below, key) => ({
    file: yaml.file,
    ...yaml.place([...path, ...below], key),
  });
  if ('override' in value) return { kind: 'override', id, place, override: value['override'] as Override };
  if ('enabled' in value) return { kind: 'switch', id, place, enabled: value['enabled'] as boolean };
  const rule = toRule(value, yaml.file);
  checkRule({
    rule,
    facts,
    report: (below, message, key) => problems.push({ ...place(below, key), message }),
  });
  return { kind: 'rule', id, place, rule, text: yaml.excerpt(path) };
}

/** The value of a checked entry with what it may leave out filled in. */
function toRule(value: Record<string, unknown>, file: string): Rule {
  const given = value as unknown as Rule;
  return {
    ...given,
    source: given.source ?? '',
    needs: given.needs ?? [],
    params: given.params ?? {},
    refute: given.refute ?? [],
    weaken: given.weaken ?? [],
    strengthen: given.strengthen ?? [],
    per: given.per ?? 'node',
    next_steps: given.next_steps ?? [],
    file,
  };
}
