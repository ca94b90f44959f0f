import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseApiServerCheck } from '../../src/artifacts/api-server.js';
import { parseCniConfig } from '../../src/artifacts/cni-conflist.js';
import { parseCniContainers } from '../../src/artifacts/cni-containers.js';
import { parseConntrack } from '../../src/artifacts/conntrack.js';
import { parseContainerList } from '../../src/artifacts/container-list.js';
import { parseEbpfMaps } from '../../src/artifacts/ebpf-maps.js';
import { parseEbpfPrograms } from '../../src/artifacts/ebpf-programs.js';
import { parseEnis } from '../../src/artifacts/enis.js';
import { parseEnvSettings } from '../../src/artifacts/env-settings.js';
import { parseEthtool } from '../../src/artifacts/ethtool.js';
import { parseIfconfig } from '../../src/artifacts/ifconfig.js';
import { parseIpamCheckpoint } from '../../src/artifacts/ipam-checkpoint.js';
import { parseIpamdIdentity } from '../../src/artifacts/ipamd-identity.js';
import { parseMetrics } from '../../src/artifacts/ipamd-metrics.js';
import { parseIpvsadm } from '../../src/artifacts/ipvsadm.js';
import { parseClusterName } from '../../src/artifacts/kubeconfig.js';
import { parseKubeletIdentity } from '../../src/artifacts/kubelet-identity.js';
import { parseNftKubeProxy } from '../../src/artifacts/nft-kube-proxy.js';
import { parsePluginLog } from '../../src/artifacts/plugin-log.js';
import { parseProcesses } from '../../src/artifacts/processes.js';
import { parseResolvConf } from '../../src/artifacts/resolv-conf.js';
import { parseSysctl } from '../../src/artifacts/sysctl.js';
import * as samples from './samples.js';

const lines = (text: string): string[] => text.split('\n');

const PARSERS: readonly (readonly [string, string, (text: string) => unknown])[] = [
  ['api server', samples.CURL, (t) => parseApiServerCheck(t, 'f')],
  ['conflist', samples.CONFLIST, (t) => parseCniConfig(t, 'x', 'f')],
  ['cni containers', samples.CNI_CONTAINERS, (t) => parseCniContainers(t, 'f')],
  ['conntrack', samples.CONNTRACK, (t) => parseConntrack(lines(t), 'f')],
  ['container list', samples.CONTAINERS + samples.IMAGES, (t) => parseContainerList(t, 'f')],
  ['ebpf maps', samples.EBPF_MAPS_OLD + samples.EBPF_MAPS_NEW, (t) => parseEbpfMaps(lines(t), 'f')],
  ['ebpf programs', samples.EBPF_PROGRAMS, (t) => parseEbpfPrograms(t, 'f')],
  ['enis 1.6', samples.ENIS_16, (t) => parseEnis(t, 'f')],
  ['enis 1.19', samples.ENIS_19, (t) => parseEnis(t, 'f')],
  ['enis 1.20', samples.ENIS_120, (t) => parseEnis(t, 'f')],
  ['settings', samples.SETTINGS, (t) => parseEnvSettings(t, 'f')],
  ['ethtool', samples.ETHTOOL, (t) => parseEthtool(lines(t), 'f')],
  ['ifconfig', samples.IFCONFIG_NEW + samples.IFCONFIG_OLD, (t) => parseIfconfig(t, 'f')],
  ['checkpoint', samples.CHECKPOINT, (t) => parseIpamCheckpoint(t, 'f')],
  ['ipamd log', samples.IPAMD_LOG, (t) => parseIpamdIdentity(lines(t))],
  ['metrics', samples.METRICS, (t) => parseMetrics(lines(t), 'f')],
  ['ipvsadm', samples.IPVSADM, (t) => parseIpvsadm(t, 'f')],
  ['kubeconfig', 'users:\n- user: {exec: {args: [a, -i, b]}}\n', (t) => parseClusterName(t)],
  ['nftables', samples.NFT, (t) => parseNftKubeProxy(t, 'f')],
  ['kubelet log', samples.KUBELET_LOG, (t) => parseKubeletIdentity(lines(t))],
  [
    'plugin log',
    samples.PLUGIN_LOG + samples.PLUGIN_LOG_SEE,
    (t) => parsePluginLog([{ file: 'f', lines: lines(t) }]),
  ],
  ['processes', samples.PS, (t) => parseProcesses(lines(t), 'f')],
  ['resolv.conf', samples.RESOLV, (t) => parseResolvConf(t, 'f')],
  ['sysctl', samples.SYSCTL, (t) => parseSysctl(lines(t), 'f')],
];

/** Cut, repeated, overwritten and inserted pieces, as broken transfers and hostile hands leave them. */
const mutation = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.nat({ max: 200 }),
  kind: fc.constantFrom('cut', 'repeat', 'insert'),
  text: fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      '__proto__',
      '"__proto__":{"x":1},',
      '\u0000\u001b[2J',
      '99999999999999999999999999',
      '-1e999',
      '\n',
      '{',
      '}',
      '[[[[',
      '"',
      '\\',
      '=',
      ' - ',
      '\ud800',
      'constructor',
    ),
  ),
});

function mutate(
  text: string,
  steps: readonly { at: number; length: number; kind: string; text: string }[],
): string {
  return steps.reduce((now, step) => {
    const at = Math.floor(step.at * now.length);
    const end = Math.min(at + step.length, now.length);
    if (step.kind === 'cut') return now.slice(0, at) + now.slice(end);
    if (step.kind === 'repeat') return now.slice(0, end) + now.slice(at);
    return now.slice(0, at) + step.text + now.slice(at);
  }, text);
}

describe.each(PARSERS)('hostile text for %s', (_name, sample, parse) => {
  it('never throws, pollutes nothing, and gives whole line numbers', () => {
    fc.assert(
      fc.property(fc.array(mutation, { maxLength: 8 }), (steps) => {
        const text = mutate(sample, steps);
        const result = parse(text);
        expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
        const last = text.split('\n').length;
        for (const line of locatedLines(result)) expect(line).toBeLessThanOrEqual(last);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a line of a megabyte', 'x'.repeat(1_000_000)],
    ['a megabyte of blanks', ' '.repeat(1_000_000)],
    ['a megabyte of digits', '7'.repeat(1_000_000)],
    ['a megabyte of opening braces', '{"a":'.repeat(200_000)],
    ['binary data', String.fromCharCode(...Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256))],
  ])('takes %s', (_what, text) => {
    expect(() => parse(text)).not.toThrow();
    expect(() => parse(`${sample}${text}`)).not.toThrow();
    expect(() => parse(`${text}\n${sample}`)).not.toThrow();
  });
});

/** Every `loc.line` in a result, maps and arrays included. */
function locatedLines(value: unknown, depth = 0): number[] {
  if (typeof value !== 'object' || value === null || depth > 8) return [];
  const loc = (value as { loc?: { line?: unknown } }).loc;
  const own = typeof loc?.line === 'number' ? [loc.line] : [];
  const children = value instanceof Map ? [...value.values()] : Object.values(value);
  return [...own, ...children.flatMap((child) => locatedLines(child, depth + 1))];
}
