/** Makes a variant's bundle, analyses it and says where the answer differs from the truth. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnalysisDocument } from '../../src/model/document.js';
import { analyze } from '../../src/run.js';
import { writeBundle } from '../bundle/archive.js';
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
  readonly document: AnalysisDocument;
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

export async function runVariant(base: Base, variant: Variant): Promise<VariantResult> {
  const folder = await mkdtemp(join(tmpdir(), 'variant-'));
  try {
    const document = await analyze([await writeVariant(base, variant, folder)], { jobs: 1 });
    return { variant, document, ...compare(variant, document) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function compare(
  variant: Variant,
  document: AnalysisDocument,
): Pick<VariantResult, 'missing' | 'alarms' | 'faint'> {
  const all = new Set(document.findings.map((f) => f.rule));
  const severe = new Set(document.findings.filter((f) => SEVERE.has(f.severity)).map((f) => f.rule));
  return {
    missing: variant.expected.filter((cause) => !rulesOf(cause).some((rule) => all.has(rule))),
    alarms: [...severe].filter((rule) => !variant.severe.includes(rule)).sort(),
    faint: variant.severe.filter((rule) => !severe.has(rule)),
  };
}
