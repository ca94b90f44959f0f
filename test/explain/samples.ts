/** The shipped samples and, where they are, the example cases: bundles with what is true of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { casesFolder } from '../support/example-cases.js';

const repoRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

export const SAMPLES = path.join(repoRoot, 'samples/cases');

export const bundlesOf = (sample: string): string => path.join(SAMPLES, sample, 'bundles');

export interface CaseFlow {
  readonly role: string;
  readonly proto: 'tcp' | 'udp' | 'icmp';
  readonly src: string;
  readonly sport: number;
  readonly dst: string;
  readonly dport: number;
  readonly outcome: string;
}

export interface Case {
  readonly name: string;
  readonly bundles: string;
  readonly drop_point: string;
  readonly expected_findings: readonly string[];
  readonly flows: readonly CaseFlow[];
  readonly topology: { readonly nodes?: readonly { role: string; instance_id: string; ip: string }[] };
}

function casesIn(folder: string): Case[] {
  return readdirSync(folder)
    .filter(
      (name) =>
        existsSync(path.join(folder, name, 'truth.json')) && existsSync(path.join(folder, name, 'bundles')),
    )
    .sort()
    .map((name) => {
      const truth = JSON.parse(readFileSync(path.join(folder, name, 'truth.json'), 'utf8')) as Omit<
        Case,
        'name' | 'bundles'
      >;
      return { ...truth, flows: truth.flows ?? [], name, bundles: path.join(folder, name, 'bundles') };
    });
}

export const sampleCases = (): Case[] => casesIn(SAMPLES);

/** Empty where the example cases are not there. */
export function exampleCases(): Case[] {
  const folder = casesFolder();
  return folder === null ? [] : casesIn(folder);
}

/** Names the reason in the test's title where they are not there. */
export const NEEDS_CASES = casesFolder() === null ? ' (skipped: needs the example cases)' : '';
