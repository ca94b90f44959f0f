/** A node's bundle that a variant may change: its files, and its logs by time before collection. */
import { bundleName, type Tree } from '../bundle/archive.js';
import { cri, dmesg, dmesgHuman, journal, klog, later, logrusNano, syslog, zap } from '../logs/clock.js';
import type { Base, BasePod } from './base.js';
import { mergeLines } from './merge.js';

const ENI_LOGS = 'var_log/aws-routed-eni';

export class VariantNode {
  readonly tree: Tree;
  /** Archive's name; a layout may change it. */
  archive: string;
  readonly #pending = new Map<string, { t: Date; text: string }[]>();
  readonly #last: ((node: VariantNode) => void)[] = [];

  constructor(readonly base: Base) {
    this.tree = new Map(base.tree);
    this.archive = bundleName(base.instanceId, base.end);
  }

  get fqdn(): string {
    return `${this.base.host}.ap-south-1.compute.internal`;
  }

  /** The moment so many minutes before the collector ran. */
  ago(minutes: number): Date {
    return later(this.base.end, -minutes * 60);
  }

  /** Calls with `count` times, evenly from `from` to `to` minutes before collection. */
  spread(from: number, to: number, count: number, write: (minutes: number, n: number) => void): void {
    for (let n = 0; n < count; n++) write(from + ((to - from) * n) / Math.max(1, count - 1), n);
  }

  read(path: string): string {
    const text = this.tree.get(path);
    if (text === undefined) throw new Error(`The base has no ${path}`);
    return text;
  }

  write(path: string, text: string): void {
    this.tree.set(path, text);
  }

  append(path: string, ...lines: string[]): void {
    this.tree.set(path, (this.tree.get(path) ?? '') + lines.map((l) => `${l}\n`).join(''));
  }

  /** Replaces text that must be there. */
  replace(path: string, from: string | RegExp, to: string): void {
    const text = this.read(path);
    const next = text.replace(from, to);
    if (next === text) throw new Error(`Nothing to replace in ${path}: ${String(from)}`);
    this.tree.set(path, next);
  }

  /** Removes the lines that hold `part`. */
  dropLines(path: string, part: string | RegExp): void {
    const hit = (l: string): boolean => (typeof part === 'string' ? l.includes(part) : part.test(l));
    this.tree.set(
      path,
      this.read(path)
        .split('\n')
        .filter((l) => !hit(l))
        .join('\n'),
    );
  }

  remove(path: RegExp): void {
    for (const name of [...this.tree.keys()]) if (path.test(name)) this.tree.delete(name);
  }

  paths(path: RegExp): string[] {
    return [...this.tree.keys()].filter((p) => path.test(p));
  }

  /** To be done when all lines are in place, as a change of layout or log format is. */
  finally(change: (node: VariantNode) => void): void {
    this.#last.push(change);
  }

  line(path: string, t: Date, text: string): void {
    const list = this.#pending.get(path) ?? [];
    list.push({ t, text });
    this.#pending.set(path, list);
  }

  ipamd(minutes: number, level: string, msg: string, caller = 'ipamd/ipamd.go:1010'): void {
    this.line(`${ENI_LOGS}/ipamd.log`, this.ago(minutes), zap(this.ago(minutes), level, caller, msg));
  }

  plugin(minutes: number, level: string, msg: string): void {
    this.line(
      `${ENI_LOGS}/plugin.log`,
      this.ago(minutes),
      zap(this.ago(minutes), level, 'routed-eni-cni-plugin/cni.go:130', msg),
    );
  }

  agent(
    minutes: number,
    level: string,
    msg: string,
    caller = 'controllers/policyendpoints_controller.go:318',
  ): void {
    this.line(
      `${ENI_LOGS}/network-policy-agent.log`,
      this.ago(minutes),
      zap(this.ago(minutes), level, caller, msg),
    );
  }

  agentRaw(minutes: number, make: (t: Date) => string): void {
    this.line(`${ENI_LOGS}/network-policy-agent.log`, this.ago(minutes), make(this.ago(minutes)));
  }

  sdk(minutes: number, level: string, msg: string, caller = 'maps/loader.go:286'): void {
    this.line(`${ENI_LOGS}/ebpf-sdk.log`, this.ago(minutes), zap(this.ago(minutes), level, caller, msg));
  }

  kubelet(minutes: number, level: 'I' | 'W' | 'E', place: string, text: string): void {
    const t = this.ago(minutes);
    this.line(
      'kubelet/kubelet.log',
      t,
      journal(t, this.fqdn, 'kubelet[2931]', klog(t, level, 2931, place, text)),
    );
  }

  containerd(minutes: number, level: string, msg: string): void {
    const t = this.ago(minutes);
    this.line(
      'containerd/containerd-log.txt',
      t,
      journal(t, this.fqdn, 'containerd[2780]', logrusNano(t, level, msg)),
    );
  }

  /** A kernel line in both dmesg files and in messages. */
  kernel(minutes: number, text: string): void {
    const t = this.ago(minutes);
    const since = (t.getTime() - this.base.boot.getTime()) / 1000;
    this.line('kernel/dmesg.current', t, dmesg(since, text));
    this.line('kernel/dmesg.human.current', t, dmesgHuman(t, text));
    this.messages(minutes, 'kernel', text);
  }

  messages(minutes: number, tag: string, text: string): void {
    const t = this.ago(minutes);
    this.line('var_log/messages', t, syslog(t, this.base.host, tag, text));
  }

  /** A line of a system pod's container, in both places where the collector puts it. */
  container(
    pod: 'aws-node' | 'kube-proxy' | 'coredns',
    name: string,
    minutes: number,
    stream: 'stdout' | 'stderr',
    text: string,
  ): void {
    const t = this.ago(minutes);
    for (const path of this.containerFiles(pod, name)) this.line(path, t, cri(t, stream, text));
  }

  containerFiles(pod: string, name: string): string[] {
    const flat = new RegExp(`^var_log/${pod}-[^/]*_${name}-[0-9a-f]{64}\\.log$`);
    const deep = new RegExp(`^var_log/kube-system_${pod}-[^/]*/${name}/\\d+\\.log$`);
    return this.paths(flat).concat(this.paths(deep));
  }

  /** kube-proxy's klog line. */
  proxy(minutes: number, level: 'I' | 'W' | 'E', place: string, text: string): void {
    this.container(
      'kube-proxy',
      'kube-proxy',
      minutes,
      'stderr',
      klog(this.ago(minutes), level, 1, place, text),
    );
  }

  coredns(minutes: number, text: string): void {
    this.container('coredns', 'coredns', minutes, 'stdout', text);
  }

  /** Puts an entry's rule into the list of rules and into the listing with its counters. */
  filterRule(chain: string, at: 'first' | 'last', rule: string, listed: string): void {
    const path = 'networking/iptables-save.txt';
    const [before, filter, after] = splitFilter(this.read(path));
    this.write(path, before + insertRule(filter, chain, at, rule) + after);
    for (const list of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
      this.write(list, insertListed(this.read(list), chain, at, listed));
  }

  filterChain(chain: string, references: number): void {
    this.replace('networking/iptables-save.txt', /^(\*filter\n(?::.*\n)*)/m, `$1:${chain} - [0:0]\n`);
    const header = ' pkts bytes target     prot opt in     out     source               destination         ';
    for (const list of ['networking/iptables.txt', 'networking/iptables-filter.txt'])
      this.replace(
        list,
        /\n=======\n/,
        `\n\nChain ${chain} (${references} references)\n${header}\n=======\n`,
      );
  }

  sysctl(key: string, value: string): void {
    const line = `${key} = ${value}`;
    const text = this.read('sysctls/sysctl_all.txt');
    const old = text.split('\n').find((l) => l.startsWith(`${key} = `));
    this.write('sysctls/sysctl_all.txt', old === undefined ? `${text}${line}\n` : text.replace(old, line));
  }

  ethtool(counter: string, value: number): void {
    this.replace('networking/ethtool.txt', new RegExp(`^( +${counter}: )\\d+`, 'm'), `$1${value}`);
  }

  metric(name: string, value: number): void {
    const text = this.read('ipamd/metrics.json');
    const line = new RegExp(`^${name} .*$`, 'm');
    this.write(
      'ipamd/metrics.json',
      line.test(text) ? text.replace(line, `${name} ${value}`) : `${text}${name} ${value}\n`,
    );
  }

  /** One sandbox that failed, as kubelet and containerd tell it. */
  sandboxFailed(
    minutes: number,
    pod: Pick<BasePod, 'name' | 'namespace' | 'uid' | 'sandbox'>,
    reason: string,
  ): void {
    const full = `plugin type="aws-cni" name="aws-cni" failed (add): add cmd: ${reason}`;
    const text = `failed to setup network for sandbox "${pod.sandbox}": ${full}`;
    const quoted = text.replaceAll('"', '\\"');
    this.kubelet(
      minutes,
      'E',
      'log.go:32',
      `"RunPodSandbox from runtime service failed" err="rpc error: code = Unknown desc = ${quoted}"`,
    );
    this.containerd(
      minutes,
      'error',
      `RunPodSandbox for &PodSandboxMetadata{Name:${pod.name},Uid:${pod.uid},Namespace:${pod.namespace},Attempt:0,} failed, error" error="${text}`,
    );
  }

  /** Writes what is pending; call once, after `edit`. */
  finish(): void {
    for (const [path, lines] of this.#pending)
      this.tree.set(path, mergeLines(this.tree.get(path) ?? '', lines, this.base.boot));
    for (const change of this.#last) change(this);
  }
}

function splitFilter(save: string): [string, string, string] {
  const start = save.indexOf('*filter\n');
  const end = save.indexOf('\nCOMMIT', start);
  return [save.slice(0, start), save.slice(start, end), save.slice(end)];
}

function insertRule(table: string, chain: string, at: 'first' | 'last', rule: string): string {
  const lines = table.split('\n');
  const own = lines.flatMap((l, i) => (l.startsWith(`-A ${chain} `) ? [i] : []));
  const index = own.length === 0 ? lines.length : at === 'first' ? own[0]! : own.at(-1)! + 1;
  lines.splice(index, 0, `-A ${chain} ${rule}`);
  return lines.join('\n');
}

function insertListed(list: string, chain: string, at: 'first' | 'last', row: string): string {
  const lines = list.split('\n');
  const head = lines.findIndex((l) => l.startsWith(`Chain ${chain} (`));
  if (head < 0) throw new Error(`No chain ${chain} in the listing`);
  let index = head + 2;
  if (at === 'last') while (index < lines.length && /^ *\d/.test(lines[index]!)) index++;
  lines.splice(index, 0, row);
  return lines.join('\n');
}
