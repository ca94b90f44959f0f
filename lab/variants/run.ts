/** Makes a variant's bundle, analyses it and says where the answer differs from the truth. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding, Rule } from '../../src/model/rule.js';
import { writeBundle } from '../bundle/archive.js';
import { findingsOf } from './analyse.js';
import type { Base } from './base.js';
import { rulesOf } from './causes.js';
import { VariantNode } from './node.js';
import { writeRoutine } from './routine.js';
import type { Variant } from './types.js';

export interface VariantResult {
  readonly variant: Variant;
  /** Expected causes that no finding states. */
  readonly missing: readonly string[];
  /** Rules that report medium or worse and should not. */
  readonly alarms: readonly string[];
  /** Rules that should report medium or worse and report less, or nothing. */
  readonly faint: readonly string[];
  readonly findings: readonly Finding[];
}

const SEVERE = new Set(['medium', 'high', 'critical']);

export function buildVariant(base: Base, variant: Variant): VariantNode {
  const node = new VariantNode(base);
  writeRoutine(node);
  variant.edit(node);
  node.finish();
  return node;
}

export async function writeVariant(base: Base, variant: Variant, folder: string): Promise<string> {
  const node = buildVariant(base, variant);
  const path = join(folder, node.archive);
  await writeBundle(path, node.tree, base.end);
  return path;
}

export async function runVariant(
  base: Base,
  rules: readonly Rule[],
  variant: Variant,
): Promise<VariantResult> {
  const folder = await mkdtemp(join(tmpdir(), 'variant-'));
  try {
    const findings = await findingsOf(await writeVariant(base, variant, folder), rules);
    return { variant, findings, ...compare(variant, findings) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compare(
  variant: Variant,
  findings: readonly Finding[],
): Pick<VariantResult, 'missing' | 'alarms' | 'faint'> {
  const all = new Set(findings.map((f) => f.rule));
  const severe = new Set(findings.filter((f) => SEVERE.has(f.severity)).map((f) => f.rule));
  return {
    missing: variant.expected.filter((cause) => !rulesOf(cause).some((rule) => all.has(rule))),
    alarms: [...severe].filter((rule) => !variant.severe.includes(rule)).sort(),
    faint: variant.severe.filter((rule) => !severe.has(rule)),
  };
}
