/**
 * Makes cases with known truth in network namespaces.
 *
 *   npx tsx lab/make.ts --out DIR [--only NAME...] [--samples] [--seed N] [--jobs N] [--list]
 *
 * Exit code 0: all made (or rightly skipped); 1: at least one failed; 2: wrong usage, or the machine cannot do it.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeCase } from './case.js';
import { FAULTS, OPEN_FAULTS, SAMPLES } from './faults/index.js';
import { missingAbilities, whyNot } from './requirements.js';
import { cleanUpAtExit } from './shell.js';
import type { Ability, Fault } from './fault.js';

const USAGE =
  'usage: npx tsx lab/make.ts --out DIR [--only NAME...] [--samples] [--seed N] [--jobs N] [--list]';

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      only: { type: 'string', multiple: true },
      samples: { type: 'boolean' },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '1' },
      list: { type: 'boolean' },
    },
  });
  if (values.list) {
    for (const fault of FAULTS) console.log(`${fault.name.padEnd(24)}${fault.description}`);
    return 0;
  }
  const chosen = choose(values.samples ? SAMPLES : FAULTS, [...(values.only ?? []), ...positionals]);
  const seed = Number(values.seed);
  const jobs = Number(values.jobs);
  if (!values.out || typeof chosen === 'string' || !Number.isInteger(seed) || !(jobs >= 1)) {
    console.error(typeof chosen === 'string' ? chosen : USAGE);
    return 2;
  }
  const obstacle = whyNot();
  if (obstacle) {
    console.error(`lab: ${obstacle}`);
    return 2;
  }
  cleanUpAtExit();
  mkdirSync(values.out, { recursive: true });
  const missing = await missingAbilities(`enc${process.pid}`);
  const queue = [...chosen.entries()];
  let failed = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift())
      failed += await makeOne(next[1], `enc${process.pid}x${next[0]}`, values.out!, seed, missing);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return failed ? 1 : 0;
}

function choose(from: readonly Fault[], names: readonly string[]): readonly Fault[] | string {
  if (names.length === 0) return from;
  const all = [...from, ...OPEN_FAULTS];
  const unknown = names.filter((name) => !all.some((fault) => fault.name === name));
  if (unknown.length) return `no such case: ${unknown.join(', ')} (see --list)`;
  return all.filter((fault) => names.includes(fault.name));
}

/** One line per case on standard output: `made`, `skipped` with the reason, or `failed` with the reason. */
async function makeOne(
  fault: Fault,
  id: string,
  out: string,
  seed: number,
  missing: ReadonlyMap<Ability, string>,
): Promise<0 | 1> {
  const lacking = (fault.needs ?? []).find((ability) => missing.has(ability));
  if (lacking) {
    console.log(`skipped ${fault.name}: this kernel has no ${lacking} (${missing.get(lacking)!})`);
    return 0;
  }
  let reason = '';
  // A busy machine can spoil a case's timing once; twice is a fault of the lab.
  for (const attempt of [1, 2]) {
    rmSync(join(out, fault.name), { recursive: true, force: true });
    try {
      await makeCase(fault, { out, seed, id: `${id}t${attempt}` });
      console.log(`made ${fault.name}`);
      return 0;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
  }
  console.log(`failed ${fault.name}: ${reason}`);
  rmSync(join(out, fault.name), { recursive: true, force: true });
  return 1;
}

main().then(
  (code) => {
    process.exit(code);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(2);
  },
);
