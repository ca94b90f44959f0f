/** What `compare` says: findings and configuration that are not alike on all nodes. */
import type { AnalysisDocument, DocFinding } from '../../model/document.js';
import type { NodeFacts } from '../../model/node.js';
import type { Problem } from '../../model/source.js';
import type { Property } from './properties.js';
import { propertiesOf, type NodeProperties } from './properties.js';

/** Differences listed of one kind. */
const MAX_LISTED = 500;

export interface ComparedValue {
  /** Null: not there on these nodes. */
  readonly value: string | null;
  readonly nodes: readonly string[];
  /** Where it stands on the first of them. */
  readonly file: string | null;
  readonly line: number | null;
}

export interface Difference {
  readonly group: Property['group'];
  readonly property: string;
  readonly values: readonly ComparedValue[];
  /** Nodes whose bundle does not tell. */
  readonly not_collected: readonly string[];
  /** With more than two nodes: those that differ from what most have; null when there is no such majority. */
  readonly odd_one_out: readonly string[] | null;
}

export interface FindingDifference {
  readonly rule: string;
  readonly title: string;
  readonly severity: DocFinding['severity'];
  readonly nodes: readonly string[];
  readonly not_on: readonly string[];
  readonly odd_one_out: readonly string[] | null;
  /** Of the first node that has it. */
  readonly diagnosis: string;
}

export interface CompareReport {
  readonly nodes: readonly { node: string; input: string; collected_at: string | null }[];
  readonly findings: readonly FindingDifference[];
  /** Rules that found something on every node, and those that speak of no single node. */
  readonly common_findings: readonly { rule: string; title: string; severity: DocFinding['severity'] }[];
  readonly differences: readonly Difference[];
  /** Properties compared and found alike. */
  readonly alike: number;
  /** Differences beyond the bound. */
  readonly left_out: number;
  /** What could not be compared, per node: `group` or `group name`. */
  readonly not_collected: readonly { node: string; what: readonly string[] }[];
  /** A rule that could not be decided says nothing about a node, in either way. */
  readonly undecided_rules: readonly string[];
  readonly problems: readonly Problem[];
}

export interface CompareInput {
  readonly facts: NodeFacts;
  readonly input: string;
}

export function compareReport(
  inputs: readonly CompareInput[],
  analysis: AnalysisDocument,
  problems: readonly Problem[],
): CompareReport {
  const ids = inputs.map((i) => i.facts.id);
  const all = new Map(inputs.map(({ facts }) => [facts.id, propertiesOf(facts)]));
  const { differences, alike } = compareProperties(ids, all);
  return {
    nodes: inputs.map(({ facts, input }) => ({
      node: facts.id,
      input,
      collected_at: facts.collectedAt === null ? null : new Date(facts.collectedAt).toISOString(),
    })),
    ...compareFindings(ids, analysis.findings),
    differences: differences.slice(0, MAX_LISTED),
    alike,
    left_out: Math.max(0, differences.length - MAX_LISTED),
    not_collected: ids.flatMap((node) => {
      const what = [...all.get(node)!.unknown].sort();
      return what.length === 0 ? [] : [{ node, what }];
    }),
    undecided_rules: [...new Set(analysis.coverage.skipped_rules.map((s) => s.rule))].sort(),
    problems,
  };
}

function compareFindings(
  ids: readonly string[],
  findings: readonly DocFinding[],
): Pick<CompareReport, 'findings' | 'common_findings'> {
  const byRule = new Map<string, DocFinding[]>();
  for (const f of findings) byRule.set(f.rule, [...(byRule.get(f.rule) ?? []), f]);
  const differing: FindingDifference[] = [];
  const common: { rule: string; title: string; severity: DocFinding['severity'] }[] = [];
  for (const [rule, all] of byRule) {
    const [first] = all;
    const { title, severity, diagnosis } = first!;
    const nodes = ids.filter((id) => all.some((f) => f.node === id));
    const notOn = ids.filter((id) => !nodes.includes(id));
    if (nodes.length === 0 || notOn.length === 0) common.push({ rule, title, severity });
    else
      differing.push({
        rule,
        title,
        severity,
        nodes,
        not_on: notOn,
        odd_one_out: oddOnes(ids.length, [nodes, notOn]),
        diagnosis,
      });
  }
  return { findings: differing, common_findings: common };
}

/** The groups that are not the one most nodes are in. */
function oddOnes(total: number, groups: readonly (readonly string[])[]): string[] | null {
  if (total < 3) return null;
  const known = groups.reduce((n, g) => n + g.length, 0);
  const majority = groups.find((g) => g.length * 2 > known);
  return majority === undefined ? null : groups.filter((g) => g !== majority).flat();
}

function compareProperties(
  ids: readonly string[],
  all: ReadonlyMap<string, NodeProperties>,
): { differences: Difference[]; alike: number } {
  const byNode = new Map(
    [...all].map(([id, { properties }]) => [id, new Map(properties.map((p) => [`${p.group} ${p.name}`, p]))]),
  );
  const keys = new Map<string, Property>();
  for (const { properties } of all.values()) for (const p of properties) keys.set(`${p.group} ${p.name}`, p);
  const differences: Difference[] = [];
  let alike = 0;
  for (const [key, { group, name }] of keys) {
    const values = new Map<string | null, { nodes: string[]; property: Property | null }>();
    const unknown: string[] = [];
    for (const id of ids) {
      const found = byNode.get(id)!.get(key);
      if (found === undefined && !canLack(all.get(id)!, group, name)) unknown.push(id);
      else {
        const value = found?.value ?? null;
        const entry = values.get(value) ?? { nodes: [], property: found ?? null };
        entry.nodes.push(id);
        values.set(value, entry);
      }
    }
    if (values.size < 2) {
      alike += values.size > 0 && unknown.length === 0 ? 1 : 0;
      continue;
    }
    const listed = [...values].map(([value, { nodes, property }]): ComparedValue => ({
      value,
      nodes,
      file: property?.loc?.file ?? null,
      line: property?.loc?.line ?? null,
    }));
    differences.push({
      group,
      property: name,
      values: listed,
      not_collected: unknown,
      odd_one_out: oddOnes(
        ids.length,
        listed.map((v) => v.nodes),
      ),
    });
  }
  return { differences, alike };
}

/** True when the node's bundle would show the property if it had it: its absence then is a value. */
function canLack({ absent, unknown }: NodeProperties, group: Property['group'], name: string): boolean {
  if (!absent.has(group) || unknown.has(group)) return false;
  const kind = name.split(' ')[0]!;
  return !unknown.has(`${group} ${kind}`);
}
