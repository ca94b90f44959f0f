import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FactDefinition } from '../../../src/facts/types.js';
import { HAND_MADE_FACTS } from './facts.js';

const INDEX = new URL('../../../src/facts/index.ts', import.meta.url);

/** The facts of the program; hand-made ones of the same names where they are not there yet. */
export async function allFacts(): Promise<readonly FactDefinition[]> {
  if (!existsSync(fileURLToPath(INDEX))) return HAND_MADE_FACTS;
  const module = (await import(INDEX.href)) as Record<string, unknown>;
  const lists = Object.values(module).filter((value) => Array.isArray(value)) as FactDefinition[][];
  const facts = lists.find((list) => list.every((one) => typeof one.compute === 'function'));
  if (facts === undefined) throw new Error('src/facts/index.ts exports no list of facts');
  return facts;
}
