import { versionOf } from '../artifacts/cni-containers.js';
import { parseIpamdIdentity, type IpamdIdentity } from '../artifacts/ipamd-identity.js';
import { parseClusterName } from '../artifacts/kubeconfig.js';
import { parseKubeletIdentity, type KubeletIdentity } from '../artifacts/kubelet-identity.js';
import { osOfKernel, parseDmesgIdentity, parseOsRelease, parseUname } from '../artifacts/os.js';
import type { NodeIdentity } from '../model/node.js';
import type { CniFacts } from './cni.js';
import { findFile, findFiles, logFiles } from './files.js';
import type { NetworkFacts } from './network.js';
import type { ArtifactReader } from './reader.js';
import { vpcCidrs } from './vpc-cidrs.js';

/** How much of ipamd's logs is read for the lines of its start: of one file, and of all. */
const IPAMD_BYTES = 20 * 1024 * 1024;
const IPAMD_FILES = 3;
const KUBELET_BYTES = 8 * 1024 * 1024;

/** Who the node is. Every value is the first that is found, the surest source first. */
export function identify(reader: ArtifactReader, network: NetworkFacts, cni: CniFacts): NodeIdentity {
  const ipamd = readIpamd(reader);
  const kubelet = readKubelet(reader, cni);
  const uname = parseUname(reader.small('uname')?.text ?? '');
  const dmesgFile = findFiles(reader.bundle, 'dmesg')[0];
  const dmesg = parseDmesgIdentity(dmesgFile === undefined ? [] : reader.linesOf(dmesgFile, IPAMD_BYTES));
  const kernel = uname.kernel ?? dmesg.kernel;
  const primary = primaryInterface(network, ipamd);
  const env = environment(cni);
  return {
    instanceId: instanceId(reader, ipamd, kubelet),
    instanceType: dmesg.instanceType ?? ipamd.instanceType,
    region: word(reader, 'region', /^[a-z]{2}[a-z0-9-]{3,30}$/) ?? ipamd.region,
    zone: word(reader, 'zone', /^[a-z]{2}[a-z0-9-]{3,40}$/) ?? ipamd.zone,
    hostname: uname.hostname ?? kubelet.hostname ?? env('MY_NODE_NAME'),
    primaryIp: ipamd.primaryIp ?? primary.ip,
    primaryMac: ipamd.primaryMac ?? primary.mac,
    primaryInterface: primary.name,
    vpcId: ipamd.vpcId,
    subnetId: ipamd.subnetId ?? cni.introspection.value.enis.find((eni) => eni.primary)?.subnetId ?? null,
    vpcCidrs: vpcCidrs(ipamd.vpcCidrs, cni.pluginVpcCidrs, network.iptables.value),
    enis: eniIds(cni, ipamd),
    cniVersion: cniVersion(cni, ipamd),
    nodeAgentVersion: imageVersion(cni, /\/aws-network-policy-agent:/),
    kubernetesVersion: kubelet.version ?? imageVersion(cni, /\/kube-proxy:/) ?? ipamd.clusterVersion,
    kernel,
    os: operatingSystem(reader, kernel),
    ami: kubelet.ami,
    clusterName: env('CLUSTER_NAME') ?? parseClusterName(reader.small('kubeconfig')?.text ?? ''),
    eniMacs: new Map(ipamd.enis.map(({ mac, id, device }) => [mac, { id, device }])),
  };
}

/** The start-up lines may have been rotated away: the current file first, then the youngest rotated ones. */
function readIpamd(reader: ArtifactReader): IpamdIdentity {
  let result = parseIpamdIdentity([]);
  for (const file of [...logFiles(reader.bundle, 'ipamdLog')].reverse().slice(0, IPAMD_FILES)) {
    const older = parseIpamdIdentity(reader.linesOf(file, IPAMD_BYTES));
    result = merge(result, older);
    if (result.instanceId !== null && result.primaryMac !== null && result.vpcCidrs.length > 0) break;
  }
  return result;
}

function merge(newer: IpamdIdentity, older: IpamdIdentity): IpamdIdentity {
  const merged: Record<string, unknown> = { ...older };
  for (const [key, value] of Object.entries(newer)) if (value !== null) merged[key] = value;
  return {
    ...(merged as unknown as IpamdIdentity),
    vpcCidrs: [...new Set([...newer.vpcCidrs, ...older.vpcCidrs])],
    enis: newer.enis.length > 0 ? newer.enis : older.enis,
  };
}

function readKubelet(reader: ArtifactReader, cni: CniFacts): KubeletIdentity {
  const file = findFile(reader.bundle, 'kubeletLog');
  const log = parseKubeletIdentity(file === null ? [] : reader.linesOf(file, KUBELET_BYTES));
  const kubelets = cni.processes.value.filter((process) => /(?:^|\/)kubelet\s/.test(process.command));
  const flags = parseKubeletIdentity(kubelets.map((process) => process.command));
  return {
    version: log.version,
    hostname: flags.hostname ?? log.hostname,
    instanceId: flags.instanceId ?? log.instanceId,
    ami: flags.ami ?? log.ami,
  };
}

function instanceId(reader: ArtifactReader, ipamd: IpamdIdentity, kubelet: KubeletIdentity): string | null {
  const pattern = /\bi-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/;
  const named = (text: string): string | null => pattern.exec(text.replaceAll('_', ' '))?.[0] ?? null;
  const own = word(reader, 'instanceId', /^i-[0-9a-f]{8,17}$/);
  return (
    own ?? named(reader.bundle.input) ?? ipamd.instanceId ?? kubelet.instanceId ?? named(reader.bundle.id)
  );
}

/** The one word of a small file, when it has the expected form; error pages of the metadata service have not. */
function word(
  reader: ArtifactReader,
  artifact: 'instanceId' | 'region' | 'zone',
  form: RegExp,
): string | null {
  const text = reader.small(artifact)?.text.trim() ?? '';
  return form.test(text) ? text : null;
}

/** The interface with the primary MAC address, else the one of the default route. */
function primaryInterface(network: NetworkFacts, ipamd: IpamdIdentity) {
  const { value: interfaces } = network.interfaces;
  const defaults = network.routes.value.filter((route) => route.table === 'main' && route.prefixLength === 0);
  const route = [...defaults].sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0)).find((r) => r.dev !== null);
  const byMac = interfaces.find((it) => it.mac !== null && it.mac === ipamd.primaryMac);
  const byAddress = interfaces.find((it) => it.addresses.some((a) => a.address === ipamd.primaryIp));
  const local = network.routes.value.find(
    (r) => r.type === 'local' && r.table === 'local' && r.dst === `${ipamd.primaryIp ?? ''}/32`,
  );
  const name = byMac?.name ?? byAddress?.name ?? local?.dev ?? route?.dev ?? null;
  const it = interfaces.find((candidate) => candidate.name === name);
  const own = network.routes.value.find((r) => r.type === 'local' && r.table === 'local' && r.dev === name);
  const ip =
    it?.addresses.find((a) => a.family === 4)?.address ?? route?.src ?? own?.dst.split('/')[0] ?? null;
  return { name, mac: it?.mac ?? null, ip };
}

function environment(cni: CniFacts): (name: string) => string | null {
  const containers = cni.cniContainers.value;
  return (name) =>
    containers.map((c) => c.env.get(name)?.value).find((value) => (value ?? '') !== '') ?? null;
}

function eniIds(cni: CniFacts, ipamd: IpamdIdentity): readonly string[] {
  const introspected = cni.introspection.value.enis.map((eni) => eni.id);
  const logged = [
    ...(ipamd.primaryEni === null ? [] : [ipamd.primaryEni]),
    ...ipamd.enis.map((eni) => eni.id),
  ];
  return [...new Set(introspected.length > 0 ? introspected : logged)];
}

/**
 * What runs now says it best: ipamd's own metrics, then a version that all CNI containers agree on. Stopped
 * containers of an earlier version may be listed too; then the last start in ipamd's log decides.
 */
function cniVersion(cni: CniFacts, ipamd: IpamdIdentity): string | null {
  for (const name of cni.ipamdMetrics.value.keys()) {
    const version = /^awscni_build_info\{.*\bversion="([^"]{1,60})"/.exec(name)?.[1];
    if (versionOf(version) !== null) return versionOf(version);
  }
  const versions = new Set(
    cni.cniContainers.value.map((c) => c.version).filter((version) => version !== null),
  );
  if (versions.size === 1) return [...versions][0]!;
  return (
    versionOf(ipamd.cniVersion ?? undefined) ??
    imageVersion(cni, /\/amazon-k8s-cni:/) ??
    [...versions][0] ??
    null
  );
}

/** Version in the tag of the image that matches; null when images of several versions lie on the node. */
function imageVersion(cni: CniFacts, image: RegExp): string | null {
  const matching = cni.images.value.filter((item) => image.test(item.image));
  // Containers come before merely stored images, and prove more.
  const first = matching[0]?.loc.file;
  const tags = matching.filter((item) => item.loc.file === first).map((item) => item.image.split(':').at(-1));
  const versions = new Set(tags.map((tag) => versionOf(tag)).filter((version) => version !== null));
  return versions.size === 1 ? [...versions][0]! : null;
}

function operatingSystem(reader: ArtifactReader, kernel: string | null): string | null {
  if (reader.bundle.kind === 'windows-collector') return 'windows';
  const id = parseOsRelease(reader.small('osRelease')?.text ?? '');
  if (id === 'bottlerocket' || reader.bundle.kind === 'bottlerocket') return 'bottlerocket';
  if (id === 'ubuntu') return 'ubuntu';
  const known = osOfKernel(kernel);
  // The node monitoring agent makes this folder on Bottlerocket only, whose kernel has no suffix of its own.
  const agent = [...reader.bundle.files.keys()].some((name) => name.startsWith('bottlerocket/'));
  return known ?? (agent ? 'bottlerocket' : null);
}
