/** What `network` says: per node and section what is there, what was checked, what was not collected. */
import { factProvider } from '../../facts/index.js';
import type { FactContext } from '../../facts/types.js';
import type { Collected } from '../../model/location.js';
import type { NodeFacts } from '../../model/node.js';
import type { Problem } from '../../model/source.js';
import { NO_QUESTION } from '../../run.js';
import { CHECKS } from '../checks/index.js';
import { check } from '../checks/make.js';
import type { Check, CheckInput, CheckStatus } from '../checks/types.js';
import { FACT_ARTIFACTS } from '../../node/coverage-table.js';
import { cniTables } from './cni.js';
import { eniTables } from './eni.js';
import { iptablesTables } from './iptables.js';
import { routeTables, ruleTables } from './routing.js';
import { conntrackTables, dnsTables, ebpfTables } from './state.js';
import type { NotCollected, SectionName, Table } from './types.js';

/** One section as it is worked out: text prints the tables with their headings, JSON their rows. */
export interface SectionReport {
  readonly name: SectionName;
  readonly status: CheckStatus;
  readonly checks: readonly Check[];
  readonly tables: readonly Table[];
  readonly notCollected: readonly NotCollected[];
}

export interface NodeReport {
  readonly node: string;
  readonly input: string;
  readonly collectedAt: string | null;
  readonly identity: Readonly<Record<string, string | null>>;
  readonly status: CheckStatus;
  readonly sections: readonly SectionReport[];
}

export interface NetworkReport {
  readonly nodes: readonly NodeReport[];
  readonly problems: readonly Problem[];
}

const TABLES: Readonly<Record<SectionName, (node: NodeFacts) => Table[]>> = {
  eni: eniTables,
  routes: routeTables,
  rules: ruleTables,
  iptables: iptablesTables,
  cni: cniTables,
  dns: dnsTables,
  conntrack: conntrackTables,
  ebpf: ebpfTables,
};

type ArtifactKey = (typeof FACT_ARTIFACTS)[number]['key'];

const NEEDS: Readonly<Record<SectionName, readonly ArtifactKey[]>> = {
  eni: ['introspection', 'interfaces', 'checkpoint', 'wiring', 'ethtool', 'ipamdMetrics'],
  routes: ['routes', 'sysctl'],
  rules: ['rules'],
  iptables: ['iptables'],
  cni: ['cniContainers', 'apiServer'],
  dns: ['nameservers'],
  conntrack: ['conntrack', 'sysctl'],
  ebpf: ['ebpfPrograms', 'ebpfMaps'],
};

export interface NetworkInput {
  readonly facts: NodeFacts;
  readonly input: string;
}

export function networkReport(
  inputs: readonly NetworkInput[],
  sections: readonly SectionName[],
  problems: readonly Problem[],
): NetworkReport {
  const fact = provider(inputs.map((i) => i.facts));
  return { nodes: inputs.map((one) => nodeReport(one, sections, fact(one.facts))), problems };
}

/** Plain values for JSON. */
export function networkDocument(report: NetworkReport) {
  return {
    nodes: report.nodes.map(({ collectedAt, sections, ...node }) => ({
      ...node,
      collected_at: collectedAt,
      sections: Object.fromEntries(sections.map((s) => [s.name, sectionDocument(s)])),
    })),
    problems: report.problems,
  };
}

function sectionDocument({ status, checks, tables, notCollected }: SectionReport) {
  return {
    status,
    checks,
    tables: Object.fromEntries(tables.map((t) => [t.name, t.rows])),
    /** Rows beyond the bound, by table; only where there are any. */
    left_out: Object.fromEntries(tables.filter((t) => t.leftOut > 0).map((t) => [t.name, t.leftOut])),
    not_collected: notCollected,
  };
}

/** Facts as `analyze` computes them, with no log read and nothing in question. */
function provider(nodes: readonly NodeFacts[]): (node: NodeFacts) => CheckInput['fact'] {
  const context: FactContext = {
    nodes,
    logs: { files: [], matches: new Map(), verdicts: [] },
    trace: null,
    captures: [],
    question: NO_QUESTION,
  };
  const ask = factProvider(context);
  return (node) => (name) => {
    const result = ask(name);
    return result.known ? result.instances.filter((i) => i.node === node.id) : null;
  };
}

function nodeReport(
  { facts, input }: NetworkInput,
  names: readonly SectionName[],
  fact: CheckInput['fact'],
): NodeReport {
  const sections = names.map((name) => sectionReport(facts, name, fact));
  const { identity } = facts;
  return {
    node: facts.id,
    input,
    collectedAt: facts.collectedAt === null ? null : new Date(facts.collectedAt).toISOString(),
    identity: {
      instance_id: identity.instanceId,
      instance_type: identity.instanceType,
      hostname: identity.hostname,
      zone: identity.zone,
      primary_ip: identity.primaryIp,
      primary_interface: identity.primaryInterface,
      vpc_id: identity.vpcId,
      vpc_cidrs: identity.vpcCidrs.length === 0 ? null : identity.vpcCidrs.join(' '),
      os: identity.os,
      kernel: identity.kernel,
    },
    status: worst(sections.map((s) => s.status)),
    sections,
  };
}

function sectionReport(node: NodeFacts, name: SectionName, fact: CheckInput['fact']): SectionReport {
  const checks = CHECKS[name].flatMap((run) => [...run({ node, fact })]);
  const shown =
    checks.length > 0 ? checks : [check(name, 'unknown', 'nothing of this section was collected')];
  return {
    name,
    status: worst(shown.map((c) => c.status)),
    checks: shown,
    tables: TABLES[name](node),
    notCollected: missing(node, NEEDS[name]),
  };
}

function missing(node: NodeFacts, keys: readonly ArtifactKey[]): NotCollected[] {
  return keys.flatMap((key): NotCollected[] => {
    const collected: Collected<unknown> | undefined = node[key];
    if (collected === undefined || collected.state === 'ok') return [];
    const what = FACT_ARTIFACTS.find((a) => a.key === key)?.what ?? key;
    return [{ what, file: collected.file, state: collected.state, note: collected.note ?? null }];
  });
}

const ORDER: readonly CheckStatus[] = ['wrong', 'warning', 'unknown', 'ok'];

export function worst(all: readonly CheckStatus[]): CheckStatus {
  return ORDER.find((status) => all.includes(status)) ?? 'ok';
}
