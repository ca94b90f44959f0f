import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Rule } from '../model/rule.js';
import type { RuleFile } from './files.js';

/** A rule that passed every check. */
export interface CheckedRule {
  readonly rule: Rule;
  /** Its YAML as it stands in `rule.file`, and the line where that begins. */
  readonly text: string;
  readonly line: number;
}

/** What the build leaves beside the program, so that a run need not read and check the same YAML again. */
export interface CheckedRules {
  /** `digestOf` the files that the rules were read from. */
  readonly digest: string;
  readonly rules: readonly CheckedRule[];
}

const BESIDE_THE_PROGRAM = fileURLToPath(new URL('./rules.json', import.meta.url));

/** The files' names and bytes in one number: any change to a rule file makes it another one. */
export function digestOf(files: readonly RuleFile[]): string {
  const hash = createHash('sha256');
  for (const { path, display } of files) hash.update(`${display}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

/** The rules of these files as the build checked them; null when there was no build, or a file is not as it was. */
export function checkedRules(files: readonly RuleFile[], from = BESIDE_THE_PROGRAM): CheckedRules | null {
  if (!existsSync(from)) return null;
  const checked = JSON.parse(readFileSync(from, 'utf8')) as CheckedRules;
  return checked.digest === digestOf(files) ? checked : null;
}
