/**
 * Builds `dist`: the command line, the library and the worker, with what they share in chunks and the libraries
 * inside. One command loads a handful of files instead of hundreds, which is most of what it takes to start one.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { build } from 'esbuild';

const { metafile } = await build({
  entryPoints: ['src/cli.ts', 'src/index.ts', 'src/pool/worker.ts'],
  entryNames: '[name]',
  chunkNames: 'chunk-[hash]',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  minifyWhitespace: true,
  minifySyntax: true,
  metafile: true,
  logLevel: 'warning',
  // It starts threads from files of its own.
  external: ['piscina'],
  // For libraries written as CommonJS.
  banner: { js: "import { createRequire as _cr } from 'node:module'; const require = _cr(import.meta.url);" },
});

const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const { name } of readdirSync('dist', { withFileTypes: true }).filter((entry) => entry.isFile()))
  if (/^chunk-.*\.js(\.map)?$/.test(name) && !written.has(name)) rmSync(`dist/${name}`);

const { resolve } = createRequire(import.meta.url);
const run = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' });
run(resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
// Read and checked here once, instead of by every run.
run('--import', 'tsx', 'scripts/checked-rules.ts');
