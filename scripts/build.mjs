/**
 * Builds `dist`: the command line, the library and the worker, with what they share in chunks and the libraries
 * inside. One command loads a handful of files instead of hundreds, which is most of what it takes to start one.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const options = {
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
};

/** Commander loads this for commands that are programs of their own, of which there are none: it takes a while. */
const withoutProcesses = {
  name: 'without-processes',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      importer.includes('/commander/') ? { path: 'none', namespace: 'without-processes' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'without-processes' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** A search in a kept index is over within a blink: what it needs is best read from one file. */
const SEARCH = ['src/index-store/words-index.ts', 'src/commands/search.ts', 'src/search/task.ts'];

/**
 * Modules that the same entries need come to lie in one chunk. So all entries are made to need all modules of a search
 * but those of the command line; they are small. `cli.ts` loads nothing before it listens for signals.
 */
function inOneChunk({ outputs }) {
  const entries = new Set(Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? []));
  entries.delete('src/cli.ts');
  const modules = new Set();
  const add = ({ inputs, imports }) => {
    for (const path of Object.keys(inputs)) if (/^src\/(?!commands\/)/.test(path)) modules.add(path);
    for (const { path, kind } of imports)
      if (kind === 'import-statement' && path in outputs) add(outputs[path]);
  };
  for (const output of Object.values(outputs)) if (SEARCH.includes(output.entryPoint)) add(output);
  const contents = [...modules].map((path) => `import ${JSON.stringify(resolve(path))};\n`).join('');
  return {
    name: 'in-one-chunk',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^all-of-a-search$/ }, () => ({ path: 'all', namespace: 'all-of-a-search' }));
      onLoad({ filter: /.*/, namespace: 'all-of-a-search' }, () => ({ contents, resolveDir: process.cwd() }));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!entries.has(relative('.', path))) return undefined;
        return { contents: `${readFileSync(path, 'utf8')}\nimport 'all-of-a-search';\n`, loader: 'ts' };
      });
    },
  };
}

const plugins = [withoutProcesses];
const { metafile: apart } = await build({ ...options, plugins, write: false });
const { metafile } = await build({ ...options, plugins: [...plugins, inOneChunk(apart)] });

const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
for (const { name } of readdirSync('dist', { withFileTypes: true }).filter((entry) => entry.isFile()))
  if (/^chunk-.*\.js(\.map)?$/.test(name) && !written.has(name)) rmSync(`dist/${name}`);

const { resolve: find } = createRequire(import.meta.url);
const run = (...args) => execFileSync(process.execPath, args, { stdio: 'inherit' });
run(find('typescript/bin/tsc'), '-p', 'tsconfig.build.json');
// Read and checked here once, instead of by every run.
run('--import', 'tsx', 'scripts/checked-rules.ts');
