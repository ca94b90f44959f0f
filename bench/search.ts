/**
 * Indexing and searching one bundle beside `tar xzf` plus `rg` on the same bundle, in one run; then a hostile bundle,
 * beside a usual one of its size: what every run of a process takes would else count for as many more bytes.
 *
 *     npm run build && npx tsx bench/search.ts [--mebibytes 300] [--hostile 100]
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeBigBundle } from './big-bundle.js';
import { writeHostileBundle } from './hostile-bundle.js';
import { measure } from './measure.js';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '300' }, hostile: { type: 'string', default: '100' } },
});
const MiB = 1024 * 1024;
const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'netcheck-bench-'));

const WORDS = ['Reconciling', 'refused', '"pool stats" level:debug', '10.0.9.7'];
const EXPRESSIONS = [
  // Words, words with anything between, digits behind masks; then no string to rely on, rare and often met.
  'connection refused|no route to host',
  'aws-node|ipamd|veth.*error|cni.*error',
  '10\\.0\\.9\\.7',
  '[a-f]{5}\\d+z',
  'e.r.o.r',
  '\\d{3}ms',
  '(\\d+\\.){3}\\d+:\\d+',
];

function sizeOf(path: string, wanted: (name: string) => boolean): number {
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

/** Wall and processor time of the fastest of three, in milliseconds, since other work disturbs short runs. */
function best(label: string, command: string, args: readonly string[]): Times {
  const runs = [1, 2, 3].map(() => measure(label, command, args));
  return {
    wall: Math.min(...runs.map(({ seconds }) => seconds)) * 1000,
    processor: Math.min(...runs.map(({ processorSeconds }) => processorSeconds)) * 1000,
  };
}

interface Times {
  readonly wall: number;
  readonly processor: number;
}

const show = ({ wall, processor }: Times): string =>
  `${wall.toFixed(0)} ms (${processor.toFixed(0)} ms of processor time)`;

const beyond = (times: Times, start: Times): Times => ({
  wall: times.wall - start.wall,
  processor: times.processor - start.processor,
});

/** What a bundle takes: processor seconds per byte of text to index, and the time of each query beyond node's start. */
interface Bundle {
  readonly text: number;
  readonly indexing: number;
  readonly queries: ReadonlyMap<string, Times>;
}

/** How often the time per byte of another bundle goes into that of this one. */
function perByte(times: Times, text: number, query: string, other: Bundle | null): string {
  const of = other?.queries.get(query);
  if (other === null || of === undefined) return '';
  const ratio = (ours: number, theirs: number): string => (ours / text / (theirs / other.text)).toFixed(1);
  const [wall, processor] = [ratio(times.wall, of.wall), ratio(times.processor, of.processor)];
  return `; per byte ${wall} times the usual bundle (${processor} of processor time)`;
}

/** `usual`: what to compare with. */
function bench(name: string, tree: string, usual: Bundle | null): Bundle {
  const archive = join(root, `${name}.tar.gz`);
  spawnSync('tar', ['czf', archive, '-C', tree, '.']);
  const text = sizeOf(tree, () => true);
  console.log(
    `\n${name}: ${(text / MiB).toFixed(0)} MiB of text, ${(statSync(archive).size / MiB).toFixed(1)} MiB packed`,
  );
  const cache = join(root, `${name}-cache`);
  const search = (...args: string[]): string[] => [
    cli,
    'search',
    archive,
    '--index',
    cache,
    '--quiet',
    '--format',
    'json',
    ...args,
  ];
  const first = measure('index and search', process.execPath, search('refused'));
  const out = join(root, 'out');
  mkdirSync(out);
  const tar = measure('tar xzf', 'tar', ['xzf', archive, '-C', out]);
  const rg = measure('rg', 'rg', ['--count', '--no-ignore', '-a', 'refused', out]);
  console.log(`ratio of indexing: ${(first.seconds / (tar.seconds + rg.seconds)).toFixed(2)} times tar + rg`);
  const index = sizeOf(cache, (file) => file === 'index' || file === 'words');
  const kept = sizeOf(cache, (file) => file.startsWith('text-'));
  console.log(
    `index: ${((index / text) * 100).toFixed(2)} % of the text; the text kept beside it: ${((kept / text) * 100).toFixed(1)} %`,
  );
  const node = best('node alone', process.execPath, ['-e', '']);
  const queries = new Map<string, Times>();
  const note = (query: string, times: Times): string => {
    const own = beyond(times, node);
    queries.set(query, own);
    return `  ${query}: ${show(own)} beyond node's own start${perByte(own, text, query, usual)}`;
  };
  for (const word of WORDS) console.log(note(word, best(`word ${word}`, process.execPath, search(word))));
  for (const expression of EXPRESSIONS) {
    const ours = best(`regex ${expression}`, process.execPath, search('--regex', expression));
    const theirs = best('  rg', 'rg', ['--count', '--no-ignore', '-a', expression, out]);
    const ratio = ((ours.wall - node.wall) / theirs.wall).toFixed(1);
    console.log(`${note(`/${expression}/`, ours)}; rg ${show(theirs)}, ${ratio} times`);
  }
  rmSync(out, { recursive: true });
  return { text, indexing: (first.processorSeconds - node.processor / 1000) / text, queries };
}

try {
  const usual = join(root, 'usual');
  writeBigBundle(usual, Number(values.mebibytes));
  bench('usual', usual, null);
  rmSync(usual, { recursive: true });
  const hostile = join(root, 'hostile');
  writeHostileBundle(hostile, Number(values.hostile));
  writeBigBundle(usual, sizeOf(hostile, () => true) / MiB);
  const known = bench('usual-small', usual, null);
  rmSync(usual, { recursive: true });
  const { indexing } = bench('hostile', hostile, known);
  console.log(
    `\nhostile text takes ${(indexing / known.indexing).toFixed(2)} times as much processor time per byte to index`,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
