/**
 * Makes docs/coverage.md from docs/coverage.yaml, the rules and their cases.
 *
 *   npx tsx lab/coverage-table.ts
 */
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const COVERAGE_FILE = join(ROOT, 'docs/coverage.md');

interface CoverageRule {
  readonly id: string;
  readonly source: string;
  readonly needs: readonly string[];
  readonly cases: number;
}

interface CoverageRow {
  readonly cause: string;
  readonly rules?: readonly string[];
  readonly unseen?: string;
  readonly collect?: string;
  readonly open?: string;
}

interface CoverageDocument {
  readonly document: string;
  readonly rows: readonly CoverageRow[];
}

/** The built-in rules by id, with the number of cases beside each. */
export function coverageRules(): Map<string, CoverageRule> {
  const dir = join(ROOT, 'rules');
  const read = (name: string): unknown => parse(readFileSync(join(dir, name), 'utf8'));
  return new Map(
    readdirSync(dir)
      .filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'))
      .sort()
      .map((name) => {
        const rule = read(name) as { id: string; source?: string; needs?: string[] };
        const cases = read(name.replace(/\.yaml$/, '.test.yaml')) as unknown[];
        return [
          rule.id,
          { id: rule.id, source: rule.source ?? '', needs: rule.needs ?? [], cases: cases.length },
        ];
      }),
  );
}

export function coverageCauses(): CoverageDocument[] {
  return parse(readFileSync(join(ROOT, 'docs/coverage.yaml'), 'utf8')) as CoverageDocument[];
}

/** The text of docs/coverage.md. Throws when a row names a rule that does not exist, or says nothing. */
export function coverageTable(
  rules: ReadonlyMap<string, CoverageRule>,
  documents: readonly CoverageDocument[],
): string {
  const rows = documents.flatMap((d) => d.rows);
  const count = (has: (r: CoverageRow) => boolean): number => rows.filter(has).length;
  const cases = [...rules.values()].reduce((n, r) => n + r.cases, 0);
  return [
    '# What the rules cover',
    '',
    'Made by `npx tsx lab/coverage-table.ts` from `docs/coverage.yaml` and the rules; do not edit.',
    '',
    `${rows.length} causes: ${count((r) => r.rules !== undefined)} have rules, ${count((r) => r.unseen !== undefined)} cannot be seen offline, ${count((r) => r.open !== undefined)} are open. ${rules.size} rules, ${cases} test cases.`,
    ...documents.flatMap((d) => section(d, rules)),
    '',
    '## Rules and their sources',
    '',
    '| Rule | Source | Needs | Cases |',
    '|---|---|---|---|',
    ...[...rules.values()].map((r) => `| \`${r.id}\` | ${cell(r.source)} | ${needsText([r])} | ${r.cases} |`),
    '',
  ].join('\n');
}

function section(d: CoverageDocument, rules: ReadonlyMap<string, CoverageRule>): string[] {
  const covered = d.rows.filter((r) => r.rules !== undefined);
  const unseen = d.rows.filter((r) => r.unseen !== undefined);
  const open = d.rows.filter((r) => r.open !== undefined);
  if (covered.length + unseen.length + open.length !== d.rows.length)
    throw new Error(`${d.document}: every row takes one of rules, unseen and open`);
  return [
    '',
    `## ${d.document}`,
    '',
    '| Cause | Rules | Needs | Cases |',
    '|---|---|---|---|',
    ...covered.map((row) => {
      const found = row.rules!.map((id) => {
        const rule = rules.get(id);
        if (rule === undefined) throw new Error(`${d.document}, ${row.cause}: there is no rule ${id}`);
        return rule;
      });
      const ids = found.map((r) => `\`${r.id}\``).join(', ');
      const cases = found.reduce((n, r) => n + r.cases, 0);
      return `| ${cell(row.cause)} | ${ids} | ${needsText(found)} | ${cases} |`;
    }),
    ...(unseen.length === 0
      ? []
      : [
          '',
          '| Cannot be seen offline | Why | Collect |',
          '|---|---|---|',
          ...unseen.map((r) => `| ${cell(r.cause)} | ${cell(r.unseen!)} | ${cell(r.collect ?? '')} |`),
        ]),
    ...(open.length === 0
      ? []
      : ['', '| Open | State |', '|---|---|', ...open.map((r) => `| ${cell(r.cause)} | ${cell(r.open!)} |`)]),
  ];
}

function needsText(rules: readonly CoverageRule[]): string {
  const needs = [...new Set(rules.flatMap((r) => r.needs))].map((n) => `\`${n}\``);
  const without = rules.some((r) => r.needs.length === 0) ? ['what its conditions name'] : [];
  return [...needs, ...without].join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  writeFileSync(COVERAGE_FILE, coverageTable(coverageRules(), coverageCauses()));
