/** `truth.json` of a case, as the lab writes it. Only the fields that the comparison needs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Truth {
  readonly case: string;
  readonly kind: 'capture' | 'logs';
  /** Causes that must be reported. */
  readonly expected_findings: readonly string[];
  /** Causes that may be reported. */
  readonly optional_findings: readonly string[];
  /** Causes whose report would be a false alarm. */
  readonly must_not: readonly string[];
  /** `none`, `unknown`, a segment, or `return_<segment>`. */
  readonly drop_point: string;
  readonly accept_drop_points?: readonly string[];
}

export function readTruth(caseFolder: string): Truth {
  return JSON.parse(readFileSync(join(caseFolder, 'truth.json'), 'utf8')) as Truth;
}

/** The case's inputs for the command line: its folder of bundles, its folder of captures. */
export function inputsOf(caseFolder: string): string[] {
  return ['bundles', 'caps'].map((name) => join(caseFolder, name)).filter((path) => existsSync(path));
}
