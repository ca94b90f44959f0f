#!/usr/bin/env node
// Runs the documentation's examples: every fenced block marked `sh` in the given Markdown files (README.md,
// samples/README.md and docs/ by default) that calls eks-netcheck, line by line, in the repository's root.
// A block marked `sh skip` is left alone. An example must end with exit code 0 or 1: 2 is wrong usage.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist', 'cli.js');

function defaultFiles() {
  const docs = join(root, 'docs');
  const below = existsSync(docs)
    ? readdirSync(docs, { recursive: true }).filter((f) => f.endsWith('.md'))
    : [];
  const own = ['README.md', 'samples/README.md'].map((f) => join(root, f));
  return [...own, ...below.map((f) => join(docs, f))].filter((f) => existsSync(f)).sort();
}

/** The example commands of one file: `{line, command}`; a trailing backslash joins lines. */
export function examples(markdown) {
  const found = [];
  let inside = false;
  let pending = null;
  markdown.split('\n').forEach((text, index) => {
    if (/^\s*```/.test(text)) {
      inside = !inside && /^\s*```sh\s*$/.test(text);
      pending = null;
      return;
    }
    if (!inside) return;
    const command = (pending ? pending.command : '') + text.replace(/^\s*\$ /, '').replace(/\\$/, '');
    const line = pending ? pending.line : index + 1;
    pending = text.endsWith('\\') ? { line, command } : null;
    if (!pending && /(^|[\s|(])eks-netcheck\s/.test(command) && !command.trim().startsWith('#'))
      found.push({ line, command: command.trim() });
  });
  return found;
}

function main(files) {
  if (!existsSync(cli)) {
    console.error('examples: dist/cli.js is missing; run npm run build first');
    return 1;
  }
  const bin = mkdtempSync(join(tmpdir(), 'eks-netcheck-examples-'));
  const shim = join(bin, 'eks-netcheck');
  writeFileSync(shim, `#!/bin/sh\nexec "${process.execPath}" "${cli}" "$@"\n`);
  chmodSync(shim, 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`, NO_COLOR: '1' };
  let bad = 0;
  let ran = 0;
  try {
    for (const file of files) {
      for (const { line, command } of examples(readFileSync(file, 'utf8'))) {
        const run = spawnSync('sh', ['-c', command], {
          cwd: root,
          env,
          encoding: 'utf8',
          timeout: 120_000,
          maxBuffer: 1 << 28,
        });
        const good = run.status === 0 || run.status === 1;
        ran++;
        console.log(`${good ? 'ok  ' : 'FAIL'} ${relative(root, file)}:${line}: ${command}`);
        if (!good)
          console.log(
            `     exit ${run.status}: ${(run.stderr || String(run.error ?? '')).trim().split('\n').slice(-3).join(' | ')}`,
          );
        bad += good ? 0 : 1;
      }
    }
  } finally {
    rmSync(bin, { recursive: true, force: true });
  }
  console.log(`${ran} examples, ${bad} bad`);
  return bad ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = main(process.argv.length > 2 ? process.argv.slice(2) : defaultFiles());
}
