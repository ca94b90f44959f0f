import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import type { NodeFacts } from '../../src/model/node.js';
import type { Bundle, SourceFile } from '../../src/model/source.js';
import { buildNode } from '../../src/node/build.js';
import { podByIp, serviceEndpoints } from '../../src/node/lookup.js';
import { temporaryFolder } from './support.js';

const CASES = process.env['EKS_NETCHECK_CASES'] ?? path.resolve(import.meta.dirname, '../../../shared/cases');
const present = existsSync(CASES);

interface Truth {
  readonly bundles?: Readonly<Record<string, string>>;
  readonly topology: {
    readonly vpc_cidrs: readonly string[];
    readonly nodes: readonly { name: string; instance_id: string; ip: string; eni: string; subnet: string }[];
    readonly src_pod?: TruthPod | null;
    readonly dst_pod?: TruthPod | null;
    readonly service?: { cluster_ip: string; port: number; target: string } | null;
  };
}
interface TruthPod {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  readonly host_veth: string;
}

async function unpack(archive: string): Promise<Bundle> {
  const folder = temporaryFolder();
  const files = new Map<string, SourceFile>();
  const reading = createReadStream(archive).pipe(createGunzip()).pipe(extract());
  for await (const entry of reading) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    if (entry.header.type !== 'file') continue;
    const name = entry.header.name.replace(/^\.\//, '');
    const spool = path.join(folder, name);
    mkdirSync(path.dirname(spool), { recursive: true });
    const content = Buffer.concat(chunks);
    writeFileSync(spool, content);
    files.set(name, { path: name, name, spool, size: content.length, mtime: null, truncated: false });
  }
  const input = path.basename(archive);
  return { id: input, input, kind: 'linux-collector', collectorVersion: '0.7.9', collectedAt: null, files };
}

const names = present
  ? readdirSync(CASES).filter((name) => existsSync(path.join(CASES, name, 'truth.json')))
  : [];

if (!present) it.skip('skipped: needs the example cases', () => undefined);

describe.runIf(present)('example cases', () => {
  it.each(names)('%s', async (name) => {
    const folder = path.join(CASES, name);
    const truth = JSON.parse(readFileSync(path.join(folder, 'truth.json'), 'utf8')) as Truth;
    const bundles = existsSync(path.join(folder, 'bundles')) ? readdirSync(path.join(folder, 'bundles')) : [];
    const nodes: NodeFacts[] = [];
    for (const archive of bundles) {
      const bundle = await unpack(path.join(folder, 'bundles', archive));
      const { facts, problems } = await buildNode(bundle, DEFAULT_LIMITS);
      expect(problems).toEqual([]);
      checkLocations(facts, bundle);
      nodes.push(facts);
    }
    for (const facts of nodes) checkIdentity(facts, truth);
    checkPods(nodes, truth);
  });
});

function checkIdentity(facts: NodeFacts, truth: Truth): void {
  const node = truth.topology.nodes.find((n) => n.instance_id === facts.identity.instanceId);
  expect(node, `no node of the case is ${facts.identity.instanceId}`).toBeDefined();
  expect(facts.identity).toMatchObject({ hostname: node!.name, primaryIp: node!.ip, enis: [node!.eni] });
  for (const cidr of facts.identity.vpcCidrs) expect(truth.topology.vpc_cidrs).toContain(cidr);
  expect(facts.identity.vpcCidrs.length).toBeGreaterThan(0);
  expect(facts.identity.primaryInterface).toBe('eth0');
  expect(facts.kubeProxyMode).toBe('iptables');
}

function checkPods(nodes: readonly NodeFacts[], truth: Truth): void {
  for (const pod of [truth.topology.src_pod, truth.topology.dst_pod]) {
    const home = pod && nodes.find((n) => n.pods.some((p) => p.ip === pod.ip));
    // A case may come with the bundle of one node only.
    if (!pod || (home === undefined && nodes.length < truth.topology.nodes.length)) continue;
    expect(podByIp(nodes, pod.ip)?.pod).toMatchObject({
      namespace: pod.namespace,
      name: pod.name,
      veth: pod.host_veth,
    });
  }
  const service = truth.topology.service;
  for (const node of service ? nodes : []) {
    const [found] = serviceEndpoints([node], service!.cluster_ip, service!.port, 'tcp');
    expect(found?.service.endpoints.map((e) => `${e.ip}:${e.port}`)).toContain(service!.target);
  }
}

/** Every citation must lead to its text: the line exists, and holds the address or name it is cited for. */
function checkLocations(facts: NodeFacts, bundle: Bundle): void {
  const read = new Map<string, readonly string[]>();
  const lineOf = (loc: { file: string; line: number }): string => {
    const known = read.get(loc.file) ?? readFileSync(bundle.files.get(loc.file)!.spool, 'utf8').split('\n');
    read.set(loc.file, known);
    return known[loc.line - 1]!;
  };
  for (const pod of facts.pods) expect(lineOf(pod.loc)).toContain(pod.ip);
  for (const wiring of facts.wiring.value) expect(lineOf(wiring.loc)).toContain(wiring.hostVeth);
  for (const route of facts.routes.value) expect(lineOf(route.loc).trim()).toBe(route.text.trim());
  for (const it of facts.interfaces.value) expect(lineOf(it.loc)).toContain(`${it.name}:`);
  for (const entry of facts.conntrack.value.entries)
    expect(lineOf(entry.loc)).toContain(`src=${entry.original.src}`);
  for (const [key, counter] of facts.ipamdMetrics.value) expect(lineOf(counter.loc)).toContain(key);
  for (const [key, value] of facts.sysctl.value) expect(lineOf(value.loc)).toContain(key.split('.').at(-1));
  for (const container of facts.cniContainers.value) {
    for (const [name, variable] of container.env)
      expect(lineOf(variable.loc)).toContain(`${name}=${variable.value}`);
  }
  for (const service of facts.services) {
    for (const endpoint of service.endpoints)
      expect(lineOf(endpoint.loc)).toContain(`${endpoint.ip}:${endpoint.port}`);
  }
}
