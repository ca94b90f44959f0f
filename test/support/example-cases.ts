import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Folder of the example cases: beside the repository, or where EKS_NETCHECK_CASES says. Null when absent. */
export function casesFolder(): string | null {
  const folder = process.env['EKS_NETCHECK_CASES'] ?? path.resolve(repoRoot, '../shared/cases');
  return existsSync(folder) ? folder : null;
}

/** Counts of one flow at one capture, as the case's makers took them. */
export interface TruthCounts {
  readonly fwd: number;
  readonly rev: number;
  readonly icmp_err: number;
  readonly syn: number;
  readonly synack: number;
  readonly rst_fwd: number;
  readonly rst_rev: number;
  readonly fwd_bytes: number;
  readonly rev_bytes: number;
}

export interface TruthTuple {
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
}

export interface TruthFlow extends TruthTuple {
  readonly id: string;
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly translated?: TruthTuple;
  readonly counts: Readonly<Record<string, TruthCounts>>;
}

/** The parts of truth.json that are about captures. */
export interface Truth {
  readonly case: string;
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly packets_in_file: Readonly<Record<string, number>>;
  readonly flows: readonly TruthFlow[];
}

/** Cases that hold captures, by name. */
export function captureCases(): Truth[] {
  const folder = casesFolder();
  if (folder === null) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(folder, entry.name, 'truth.json')))
    .map((entry) => {
      const at = path.join(folder, entry.name);
      const truth = JSON.parse(readFileSync(path.join(at, 'truth.json'), 'utf8')) as Truth;
      return { ...truth, folder: at };
    })
    .filter((truth) => truth.packets_in_file !== undefined && existsSync(path.join(truth.folder, 'caps')));
}
