/** Captures at the points of the path with tcpdump or dumpcap, and shifts the clocks of one node's files. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { shiftClock } from './pcap.js';
import { inside, sleep, start } from './shell.js';
import type { CaptureOptions, NodePlan, Plan, PointName } from './types.js';
import type { ChildProcess } from 'node:child_process';

/** A role in `truth.json`'s `files`: one point, or both points of a node in one file. */
export type CaptureRole = PointName | 'src_any' | 'dst_any';

export interface CaptureJob {
  readonly role: CaptureRole;
  readonly node: NodePlan;
  readonly device: string;
  /** File name below `caps/`, without `.gz`. */
  readonly file: string;
}

/** Which captures to make, and how the operator would have named them. */
export function planCaptures(plan: Plan, options: CaptureOptions): CaptureJob[] {
  const { src, dst } = plan.nodes;
  const { A, B } = plan.pods;
  const server = plan.nodes[B.node];
  const all: Omit<CaptureJob, 'file'>[] = options.any
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
  return all
    .filter((job) => !(options.without ?? []).includes(job.role as PointName))
    .filter(
      (job) => !sameNode || job.role === 'src_veth' || job.role === 'dst_veth' || job.role === 'src_any',
    )
    .map((job) => ({ ...job, file: fileName(job, options) }));
}

function fileName(job: Omit<CaptureJob, 'file'>, options: CaptureOptions): string {
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
    const snap = this.#options.snaplen ? ['-s', String(this.#options.snaplen)] : [];
    return this.#options.tool === 'dumpcap'
      ? ['dumpcap', '-i', job.device, ...snap, '-w', path]
      : // Not --immediate-mode: with the default snap length its ring holds so few packets that bursts are missed.
        ['tcpdump', '-i', job.device, '-U', '-Z', 'root', ...snap, '-w', path];
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

  /** Applies clock skew and compression; gives each role's final name below `caps/`. */
  finish(jobs: readonly CaptureJob[]): Map<CaptureRole, string> {
    const names = new Map<CaptureRole, string>();
    for (const job of jobs) {
      const path = join(this.#folder, job.file);
      let data: Buffer = readFileSync(path);
      if (this.#options.skew && job.node.role === 'dst') data = shiftClock(data, this.#options.skew);
      const file = this.#options.gzip ? `${job.file}.gz` : job.file;
      if (this.#options.gzip) rmSync(path);
      writeFileSync(join(this.#folder, file), this.#options.gzip ? gzipSync(data) : data);
      names.set(job.role, file);
    }
    return names;
  }
}
