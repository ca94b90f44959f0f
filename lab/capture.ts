/** Captures at the points of the path with tcpdump or dumpcap, and shifts the clocks of one node's files. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { shiftClock } from './pcap.js';
import { addressOf } from './plan.js';
import { inside, sleep, start } from './shell.js';
import type { CaptureOptions, ExtraPoint, NodePlan, Plan, PointName } from './types.js';
import type { ChildProcess } from 'node:child_process';

/** A role in `truth.json`'s `files`: one point, both points of a node in one file, or a device beside them. */
export type CaptureRole = PointName | 'src_any' | 'dst_any' | ExtraPoint;

export interface CaptureJob {
  readonly role: CaptureRole;
  readonly node: NodePlan;
  readonly device: string;
  /** File name below `caps/`, without `.gz`. */
  readonly file: string;
  /** tcpdump's filter expression, empty for everything. */
  readonly filter: string;
}

/** Which captures to make, and how the operator would have named them. */
export function planCaptures(plan: Plan, options: CaptureOptions): CaptureJob[] {
  const { src, dst } = plan.nodes;
  const { A, B } = plan.pods;
  const server = plan.nodes[B.node];
  const all: Omit<CaptureJob, 'file' | 'filter'>[] = options.any
    ? [
        { role: 'src_any', node: src, device: 'any' },
        { role: 'dst_any', node: dst, device: 'any' },
      ]
    : [
        { role: 'src_veth', node: src, device: A.hostVeth },
        { role: 'src_eth0', node: src, device: 'eth0' },
        { role: 'dst_eth0', node: dst, device: 'eth0' },
        { role: 'dst_veth', node: server, device: B.hostVeth },
      ];
  const sameNode = plan.options.sameNode ?? false;
  const filter = (options.filter ?? '').replace('{A}', addressOf(A)).replace('{B}', addressOf(B));
  const beside: Record<ExtraPoint, Omit<CaptureJob, 'file' | 'filter'>> = {
    src_eth1: { role: 'src_eth1', node: src, device: 'eth1' },
    src_veth_c: { role: 'src_veth_c', node: src, device: plan.pods.C.hostVeth },
    dst_veth_d: { role: 'dst_veth_d', node: dst, device: plan.pods.D.hostVeth },
  };
  return [...all, ...(options.also ?? []).map((point) => beside[point])]
    .filter((job) => !(options.without ?? []).includes(job.role as PointName))
    .filter(
      (job) => !sameNode || job.role === 'src_veth' || job.role === 'dst_veth' || job.role === 'src_any',
    )
    .map((job) => ({ ...job, file: fileName(job, options), filter }));
}

function fileName(job: Omit<CaptureJob, 'file' | 'filter'>, options: CaptureOptions): string {
  const suffix = options.tool === 'dumpcap' ? 'pcapng' : 'pcap';
  const number = job.node.role === 'src' ? 1 : 2;
  switch (options.naming ?? 'instance') {
    case 'plain':
      return `capture${['src_veth', 'src_eth0', 'dst_eth0', 'dst_veth', 'src_any', 'dst_any'].indexOf(job.role) + 1}.${suffix}`;
    case 'worker':
      return `worker-${'ab'[number - 1]!}-${job.device}.${suffix}`;
    case 'role':
      return `${job.role.replace('_', '-')}.${suffix}`;
    case 'instance':
      return `${job.node.instanceId}_${job.device}.${suffix}`;
  }
}

/** A running set of captures. */
export class Captures {
  readonly #folder: string;
  readonly #options: CaptureOptions;
  readonly #running = new Map<CaptureJob, ChildProcess>();

  constructor(folder: string, options: CaptureOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Starts a capture and returns when the tool listens. */
  async begin(job: CaptureJob): Promise<void> {
    const child = start(inside(job.node.netns, this.#command(job)));
    this.#running.set(job, child);
    await new Promise<void>((resolve, reject) => {
      let text = '';
      child.stderr?.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (/listening on|Capturing on|^File:/m.test(text)) resolve();
      });
      child.once('close', () => {
        reject(new Error(`capture on ${job.device} ended: ${text}`));
      });
    });
  }

  #command(job: CaptureJob): string[] {
    const path = join(this.#folder, job.file);
    const { snaplen, buffer, rotate, ring = 20, linkType, tool } = this.#options;
    const option = (flag: string, value: number | string | undefined): string[] =>
      value === undefined ? [] : [flag, String(value)];
    const snap = option('-s', snaplen);
    // dumpcap counts its buffer in MiB and has no smaller one.
    if (tool === 'dumpcap')
      return ['dumpcap', '-i', job.device, ...snap, ...option('-B', buffer && 1), '-w', path];
    // Not --immediate-mode: with the default snap length its ring holds so few packets that bursts are missed.
    return [
      ...['tcpdump', '-i', job.device, '-U', '-Z', 'root', ...snap],
      ...option('-B', buffer),
      ...option('-y', linkType),
      ...(rotate ? ['-C', String(rotate), '-W', String(ring)] : []),
      ...['-w', path],
      ...(job.filter ? job.filter.split(' ') : []),
    ];
  }

  /** Stops the captures that match, one after the other, as an operator does. */
  async end(which: (job: CaptureJob) => boolean = () => true): Promise<void> {
    for (const [job, child] of [...this.#running].filter(([j]) => which(j))) {
      this.#running.delete(job);
      const closed = new Promise((resolve) => child.once('close', resolve));
      // `ip netns exec` replaces itself by the tool, so this is the tool's own process.
      child.kill('SIGINT');
      await Promise.race([closed, sleep(5)]);
    }
  }

  /** Applies clock skew and compression; gives each role's final names below `caps/`, several where it rotated. */
  finish(jobs: readonly CaptureJob[]): Map<CaptureRole, string[]> {
    const names = new Map<CaptureRole, string[]>();
    for (const job of jobs) {
      const files = readdirSync(this.#folder).filter((name) => /^\d*$/.test(after(name, job.file)));
      names.set(
        job.role,
        files.sort().map((file) => this.#finishFile(job, file)),
      );
    }
    return names;
  }

  #finishFile(job: CaptureJob, name: string): string {
    const path = join(this.#folder, name);
    let data: Buffer = readFileSync(path);
    if (this.#options.skew && job.node.role === 'dst') data = shiftClock(data, this.#options.skew);
    const file = this.#options.gzip ? `${name}.gz` : name;
    if (this.#options.gzip) rmSync(path);
    writeFileSync(join(this.#folder, file), this.#options.gzip ? gzipSync(data) : data);
    return file;
  }
}

/** What follows the prefix in the name, or a word that is no number. */
function after(name: string, prefix: string): string {
  return name.startsWith(prefix) ? name.slice(prefix.length) : 'other';
}
