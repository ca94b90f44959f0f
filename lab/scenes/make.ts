/**
 * Makes scenes and compares what `capture` says of them.
 *
 *   npx tsx lab/scenes/make.ts --out DIR [--only NAME...] [--jobs N]
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cleanUpAtExit } from '../shell.js';
import { inspectScene } from './compare.js';
import { SCENES } from './index.js';
import { makeScene } from './run.js';
import type { Scene } from './scene.js';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: '/tmp/eks-netcheck-scenes' },
    only: { type: 'string', multiple: true },
    jobs: { type: 'string', default: '4' },
  },
});

cleanUpAtExit();
mkdirSync(values.out, { recursive: true });
const queue = SCENES.filter((scene) => !values.only || values.only.includes(scene.name));
let wrong = 0;
/** What is wrong with the scene, or null. */
async function play(scene: Scene, id: string): Promise<string | null> {
  try {
    await makeScene(scene, values.out, id);
    const found = await inspectScene(scene, values.out);
    return found.length ? `wrong ${scene.name}:\n  ${found.join('\n  ')}` : null;
  } catch (error) {
    return `failed ${scene.name}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const worker = async (number: number): Promise<void> => {
  for (let scene = queue.shift(); scene; scene = queue.shift()) {
    const id = `ens${process.pid}x${number}`;
    // A busy machine can spoil a scene's timing once; twice is a fault.
    let said = await play(scene, `${id}a`);
    if (said !== null) said = await play(scene, `${id}b`);
    wrong += said === null ? 0 : 1;
    console.log(said ?? `right ${scene.name}`);
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, (_, number) => worker(number)));
console.log(join(values.out), wrong === 0 ? 'all right' : `${wrong} not right`);
process.exit(wrong === 0 ? 0 : 1);
