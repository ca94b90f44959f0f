/** Whatever happens to a kept index, the answer is right; what went wrong is said once. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openIndex } from '../../src/index-store/open.js';
import { DamagedIndex } from '../../src/index-store/text-part.js';
import { INDEX_FORMAT } from '../../src/index-store/types.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { firstLines } from '../../src/search/lines.js';
import { patternRows } from '../../src/search/pattern-rows.js';
import { search } from '../../src/search/search.js';

const FILES: Readonly<Record<string, string>> = {
  'system/instance-id.txt': 'i-0a1b2c3d4e5f67890\n',
  'system/script-params.txt': 'ignore_introspection: false\n',
  'networking/iptables-save.txt': '*filter\n:FORWARD ACCEPT [0:0]\nCOMMIT\n',
  'var_log/aws-routed-eni/ipamd.log': Array.from(
    { length: 3000 },
    (_, i) =>
      `{"level":"info","ts":"2024-05-17T09:${String(i % 60).padStart(2, '0')}:22.123Z","msg":"assigned 10.0.${i >> 8}.${i & 255}"}`,
  ).join('\n'),
  // More patterns than are kept: its blocks are known by strings and pairs of bytes.
  'var_log/messages': Array.from({ length: 2000 }, (_, i) =>
    [2654435761, 40503, 48271, 69621, 16807].map((by) => letters(i * by)).join(' '),
  ).join('\n'),
};

function letters(number: number): string {
  return (number % 2 ** 31).toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
}

let root: string;
let archive: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'recovery-test-'));
  const tree = join(root, 'tree');
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  archive = join(root, 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8.tar.gz');
  execFileSync('tar', ['czf', archive, '-C', tree, '.']);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Answer {
  readonly said: readonly string[];
  readonly fromCache: boolean;
  readonly answer: string;
}

/** A search by the index alone and one that reads text; damage that is met late starts it anew, as the commands do. */
async function ask(cacheFolder: string | null, input = archive): Promise<Answer> {
  const said: string[] = [];
  const once = async (rebuild: boolean): Promise<Answer> => {
    const index = await openIndex([input], {
      limits: DEFAULT_LIMITS,
      cacheFolder,
      jobs: 1,
      rebuild,
      say: (message) => said.push(message),
    });
    try {
      const window = { since: null, until: null };
      const words = await search(index, { text: 'assigned', regex: false, ignoreCase: false }, window);
      const { rows } = await patternRows(index, words, 10);
      const lines = await search(index, { text: '10\\.0\\.3\\.', regex: true, ignoreCase: false }, window);
      const tails = await search(index, { text: 'refused', regex: false, ignoreCase: false }, window);
      const pairs = await search(index, { text: '[a-z]{5} x', regex: true, ignoreCase: false }, window);
      const counts = [lines.count, tails.count, pairs.count];
      const answer = JSON.stringify([rows, counts, firstLines(index, lines.hits, 5), index.nodes]);
      return { said, fromCache: index.fromCache, answer };
    } finally {
      await index.close();
    }
  };
  try {
    return await once(false);
  } catch (error) {
    if (!(error instanceof DamagedIndex)) throw error;
    said.push(error.message);
    return once(true);
  }
}

async function kept(name: string): Promise<{ cache: string; entry: string; right: string }> {
  const cache = join(root, name);
  const { answer } = await ask(cache);
  const entry = join(
    cache,
    readdirSync(cache).find((file) => /^[0-9a-f]{64}-[0-9a-f]{8}$/.test(file))!,
  );
  return { cache, entry, right: answer };
}

describe('the index on disk', () => {
  it('is used again, also under another name in another folder of the same name', async () => {
    const { cache, right } = await kept('again');
    expect(await ask(cache)).toEqual({ said: [], fromCache: true, answer: right });
    mkdirSync(join(root, 'copy'));
    const copy = join(root, 'copy', archive.slice(root.length + 1));
    cpSync(archive, copy);
    expect(await ask(cache, copy)).toEqual({ said: [], fromCache: true, answer: right });
    expect(await ask(null)).toEqual({ said: [], fromCache: false, answer: right });
  });

  it('is not used when the input changed', async () => {
    const folder = join(root, 'folder', 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8');
    cpSync(join(root, 'tree'), folder, { recursive: true });
    const cache = join(root, 'changed');
    const first = await ask(cache, folder);
    expect((await ask(cache, folder)).fromCache).toBe(true);
    writeFileSync(join(folder, 'var_log/aws-routed-eni/ipamd.log'), 'assigned nothing\n');
    const second = await ask(cache, folder);
    expect(second.fromCache).toBe(false);
    expect(second.answer).not.toBe(first.answer);
  });

  it.each(['index', 'words', 'text-0'])('is built again when %s is cut anywhere', async (file) => {
    const { cache, entry, right } = await kept(`cut-${file}`);
    const { length } = readFileSync(join(entry, file));
    for (const size of [0, 5, Math.floor(length / 2), length - 1]) {
      truncateSync(join(entry, file), size);
      const after = await ask(cache);
      expect(after.answer).toBe(right);
      // A block that no query reads may be damaged unnoticed.
      expect(after.said.length).toBe(file === 'text-0' && size === length - 1 ? 0 : 1);
      if (after.said.length === 1)
        expect(await ask(cache)).toEqual({ said: [], fromCache: true, answer: right });
    }
  });

  it.each(['index', 'words', 'text-0'])('never answers wrongly when a bit of %s flips', async (file) => {
    const { cache, entry, right } = await kept(`flip-${file}`);
    const good = readFileSync(join(entry, file));
    for (let i = 0; i < 12; i++) {
      const bad = Buffer.from(good);
      const at = Math.floor((good.length - 1) * (i / 11));
      bad[at] = bad[at]! ^ (1 << (i % 8));
      writeFileSync(join(entry, file), bad);
      const after = await ask(cache);
      expect(after.answer).toBe(right);
      expect(after.said.length).toBeLessThanOrEqual(1);
      writeFileSync(join(entry, file), good);
    }
  });

  it('is built again when files of it are missing, or when another version made it', async () => {
    const { cache, entry, right } = await kept('missing');
    for (const file of ['index', 'words', 'text-0']) {
      rmSync(join(entry, file));
      const after = await ask(cache);
      expect([after.answer, after.said.length]).toEqual([right, 1]);
    }
    for (const format of [INDEX_FORMAT - 1, INDEX_FORMAT + 1]) {
      const bytes = readFileSync(join(entry, 'index'));
      bytes.writeUInt32LE(format, 8);
      writeFileSync(join(entry, 'index'), bytes);
      const after = await ask(cache);
      expect(after).toMatchObject({
        answer: right,
        said: ['The index was made by another version; it is built again.'],
      });
      expect(await ask(cache)).toEqual({ said: [], fromCache: true, answer: right });
    }
  });

  it('is done without when its folder cannot be written, which is said once', async () => {
    const { answer } = await ask(null);
    const blocked = join(root, 'a-file');
    writeFileSync(blocked, '');
    const after = await ask(join(blocked, 'cache'));
    expect(after).toMatchObject({ answer, fromCache: false });
    expect(after.said).toEqual([
      'The index cannot be kept in the cache (ENOTDIR); it is used for this run only.',
    ]);
  });

  it('survives two runs at once, and what a killed run left behind', async () => {
    const cache = join(root, 'twice');
    mkdirSync(join(cache, '.new-1-2'), { recursive: true });
    const answers = await Promise.all([ask(cache), ask(cache), ask(cache)]);
    expect(new Set(answers.map(({ answer }) => answer)).size).toBe(1);
    expect(answers.flatMap(({ said }) => said)).toEqual([]);
    expect((await ask(cache)).fromCache).toBe(true);
    expect(readdirSync(cache).filter((name) => name.startsWith('.')).length).toBe(1);
  });
});
