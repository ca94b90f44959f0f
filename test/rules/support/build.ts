import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';
import type { LogMatches, LogRecord } from '../../../src/model/logs.js';
import type { FactInstance, FactResult, FactValue, Rule } from '../../../src/model/rule.js';
import type { EvaluationContext } from '../../../src/rules/context.js';

/** A rule with everything a test does not care about filled in. */
export function rule(given: Partial<Rule> & Pick<Rule, 'when'>): Rule {
  return {
    id: 'a-rule',
    title: 'A rule',
    category: 'cni_health',
    severity: 'high',
    confidence: 'high',
    source: 'test',
    needs: [],
    params: {},
    refute: [],
    weaken: [],
    strengthen: [],
    per: 'node',
    diagnosis: 'It is broken.',
    resolution: 'Repair it.',
    safety: 'green',
    next_steps: [],
    file: 'rules/a-rule.yaml',
    ...given,
  };
}

export function instance(fields: Record<string, FactValue>, node: string | null = 'n1'): FactInstance {
  return { node, fields, evidence: [] };
}

export function known(...instances: FactInstance[]): FactResult {
  return { known: true, instances };
}

/** Midnight of the tests' day plus `minutes`. */
export const at = (minutes: number): number => Date.UTC(2026, 10, 20) + minutes * 60_000;

export function record(message: string, minutes: number | null, given: Partial<LogRecord> = {}): LogRecord {
  return {
    node: 'n1',
    source: 'ipamd',
    file: 'ipamd.log',
    line: minutes === null ? 1 : Math.round(minutes * 10) + 1,
    time: minutes === null ? null : at(minutes),
    timeNotes: [],
    level: 'error',
    message,
    fields: {},
    text: message,
    ...given,
  };
}

export function matches(
  id: string,
  records: readonly LogRecord[],
  given: Partial<LogMatches> = {},
): LogMatches {
  return { queryId: id, count: records.length, first: null, last: null, records, cut: false, ...given };
}

interface Given {
  nodes?: EvaluationContext['nodes'];
  facts?: Record<string, FactResult>;
  /** Query id (without `a-rule/`) → records. */
  logs?: Record<string, readonly LogRecord[]>;
  missing?: readonly string[];
}

/** A context of node n1, collected at minute 60 unless given; every need is there except the missing ones. */
export function context(given: Given = {}): EvaluationContext {
  const byNode = (id: string, records: readonly LogRecord[]): LogMatches[] =>
    [...new Set(records.map(({ node }) => node))].map((node) =>
      matches(
        id,
        records.filter((one) => one.node === node),
      ),
    );
  return {
    nodes: given.nodes ?? [{ id: 'n1', collectedAt: at(60) }],
    facts: (name) => given.facts?.[name] ?? { known: false, reason: `no fact ${name}` },
    matches: new Map(
      Object.entries(given.logs ?? {}).map(([id, records]) => [
        `a-rule/${id}`,
        byNode(`a-rule/${id}`, records),
      ]),
    ),
    available: (need, node) =>
      (given.missing ?? []).some((one) => one === need || one === `${node ?? '*'}:${need}`)
        ? { ok: false, reason: `no ${need}` }
        : { ok: true },
  };
}

const made: string[] = [];
// Here, while the file's tests are collected: a hook that is asked for within a test is never called.
afterAll(() => Promise.all(made.map((dir) => rm(dir, { recursive: true, force: true }))));

/** Folders with files, removed after the tests of the file. */
export async function folder(files: Record<string, string>): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'rules-test-'));
  made.push(dir);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), text);
  }
  return dir;
}
