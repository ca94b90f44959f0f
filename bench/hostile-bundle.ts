import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

let state = 42;
const random = (below: number): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};
const letters = (count: number): string => {
  let text = '';
  for (let i = 0; i < count; i++) text += 'abcdefghijklmnopqrstuvwxyz'[random(26)]!;
  return text;
};

/** Kinds of text that are hard to index, with their share of the whole. */
const FILES: readonly (readonly [name: string, share: number, block: (n: number) => string | Buffer])[] = [
  // No two lines have a word in common.
  [
    'var_log/distinct.log',
    0.4,
    (n) =>
      Array.from(
        { length: 500 },
        (_, i) =>
          `${new Date(1.7159e12 + (n * 500 + i) * 20).toISOString()} stdout F ${letters(6)} ${letters(9)} ${letters(4)} ${letters(8)} ${letters(12)} ${letters(5)} ${letters(7)}`,
      ).join('\n'),
  ],
  // Lines of 10 MB.
  ['var_log/long.log', 0.2, () => letters(50).repeat(200).concat(' ').repeat(1000)],
  [
    'var_log/junk.log',
    0.1,
    () =>
      Buffer.from(
        Uint8Array.from({ length: 65536 }, () => (random(4) === 0 ? random(256) : 32 + random(90))),
      ),
  ],
  [
    'var_log/traces.log',
    0.15,
    (n) =>
      Array.from(
        { length: 200 },
        (_, i) =>
          `panic: runtime error: index out of range [${random(99)}]\ngoroutine ${n * 200 + i} [running]:\nmain.${letters(8)}(0x${random(2 ** 31).toString(16)}, 0x${random(2 ** 31).toString(16)})\n\t/go/src/${letters(6)}/${letters(7)}.go:${random(900)} +0x${random(999).toString(16)}`,
      ).join('\n'),
  ],
  [
    'var_log/payloads.log',
    0.15,
    (n) =>
      Array.from({ length: 100 }, (_, i) =>
        JSON.stringify({
          level: 'info',
          ts: new Date(1.7159e12 + (n * 100 + i) * 30).toISOString(),
          msg: 'request',
          payload: {
            [letters(5)]: random(1e9),
            items: Array.from({ length: 12 }, () => ({
              id: random(1e9),
              name: letters(9),
              tags: [letters(4), letters(6)],
            })),
          },
        }),
      ).join('\n'),
  ],
];

/** Writes an extracted bundle of about `mebibytes` of text that no pattern fits. */
export function writeHostileBundle(dir: string, mebibytes: number): void {
  const put = (name: string): string => {
    const path = join(dir, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  writeFileSync(put('system/instance-id.txt'), 'i-0a1b2c3d4e5f67890\n');
  writeFileSync(put('system/script-params.txt'), 'ignore_introspection: false\n');
  for (const [name, share, block] of FILES) {
    const fd = openSync(put(name), 'w');
    for (let written = 0, n = 0; written < mebibytes * share * 1024 * 1024; n++) {
      written += writeSync(fd, Buffer.from(block(n)));
      written += writeSync(fd, '\n');
    }
    closeSync(fd);
  }
}
