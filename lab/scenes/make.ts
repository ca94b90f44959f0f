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
const worker = async (number: number): Promise<void> => {
  for (let scene = queue.shift(); scene; scene = queue.shift()) {
    try {
      await makeScene(scene, values.out, `ens${process.pid}x${number}`);
      const found = await inspectScene(scene, values.out);
      wrong += found.length ? 1 : 0;
      console.log(found.length ? `wrong ${scene.name}:\n  ${found.join('\n  ')}` : `right ${scene.name}`);
    } catch (error) {
      wrong++;
      console.log(`failed ${scene.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
};
await Promise.all(Array.from({ length: Number(values.jobs) }, (_, number) => worker(number)));
console.log(join(values.out), wrong === 0 ? 'all right' : `${wrong} not right`);
process.exit(wrong === 0 ? 0 : 1);
