/** The built package, imported by its name from a folder elsewhere, as another project would. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyzeCase, cliIsBuilt } from '../support/run-cli.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SAMPLE = join(ROOT, 'samples/cases/vpc-drop');
const EXAMPLE = /```js\n([^]*?)```/.exec(readFileSync(join(ROOT, 'docs/library.md'), 'utf8'))![1]!;

describe.skipIf(!cliIsBuilt)('the library (skipped when dist/ is missing: needs the build)', () => {
  let project = '';

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'eks-netcheck-library-'));
    mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
    symlinkSync(ROOT, join(project, 'node_modules/eks-netcheck'), 'dir');
    symlinkSync(join(ROOT, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'), 'dir');
  });

  afterAll(() => rmSync(project, { recursive: true, force: true }));

  /** Runs a module of the project in the repository's root; answers what it printed. */
  function run(name: string, source: string): string {
    const file = join(project, name);
    writeFileSync(file, source);
    const done = spawnSync(process.execPath, [file], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
    expect(done.stderr).toBe('');
    expect(done.status).toBe(0);
    return done.stdout;
  }

  it('does nothing when it is imported', () => {
    const out = run(
      'import.mjs',
      `const listeners = () => process.eventNames().map((e) => [String(e), process.listenerCount(e)]);
       const before = JSON.stringify(listeners());
       await import('eks-netcheck');
       console.log(before === JSON.stringify(listeners()));`,
    );
    expect(out).toBe('true\n');
  });

  it('analyses a sample as the command line does', () => {
    const out = run(
      'analyze.mjs',
      `import { analyze } from 'eks-netcheck';
       console.log(JSON.stringify(await analyze(${JSON.stringify([join(SAMPLE, 'bundles'), join(SAMPLE, 'caps')])})));`,
    );
    const document = JSON.parse(out) as ReturnType<typeof analyzeCase>;
    expect(document).toEqual(analyzeCase(SAMPLE));
    expect(document.packet_trace.drop_point).toBe('vpc_sg_nacl');
  });

  it('traces captures alone and reads back what it has rendered', () => {
    const out = run(
      'trace.mjs',
      `import { readDocument, render, trace } from 'eks-netcheck';
       const document = await trace([${JSON.stringify(join(SAMPLE, 'caps'))}]);
       const again = readDocument(render(document, 'json'), 'trace.json');
       console.log(again.coverage.bundles.length, again.coverage.captures.length);
       console.log(again.packet_trace.drop_point, render(document, 'text') === render(again, 'text'));`,
    );
    expect(out).toBe('0 4\nvpc_sg_nacl true\n');
  });

  it('loads rules, and finds the schema by the name of the package', () => {
    const out = run(
      'rules.mjs',
      `import { readFileSync } from 'node:fs';
       import { loadRules } from 'eks-netcheck';
       const file = new URL(import.meta.resolve('eks-netcheck/schema/analysis.schema.json'));
       const schema = JSON.parse(readFileSync(file, 'utf8'));
       const rules = await loadRules();
       console.log(rules.some((rule) => rule.id === 'trace-vpc-drop'), schema.type);`,
    );
    expect(out).toBe('true object\n');
  });

  it('closes what it opened, and says why nothing can be opened', () => {
    const out = run(
      'open.mjs',
      `import { readdirSync, mkdtempSync } from 'node:fs';
       import { NetcheckError, openBundle } from 'eks-netcheck';
       process.env.TMPDIR = mkdtempSync(${JSON.stringify(join(project, 'tmp-'))});
       const opened = await openBundle(${JSON.stringify(join(SAMPLE, 'bundles'))});
       console.log(opened.bundles.length, opened.captures.length, opened.nodes.map((n) => n.routes.state).join());
       console.log(opened.nodes.every((n, i) => n.id === opened.bundles[i].id));
       await opened.close();
       await opened.close();
       const error = await openBundle('no-such-folder').catch((e) => e);
       console.log(error instanceof NetcheckError, error.code);
       console.log(readdirSync(process.env.TMPDIR).length);`,
    );
    expect(out).toBe('2 0 ok,ok\ntrue\ntrue E_NOT_FOUND\n0\n');
  });

  it('runs the example of its page', () => {
    const lines = run('example.mjs', EXAMPLE).trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^iptables_forward — /);
    expect(lines[1]).toMatch(/^## iptables/);
    expect(lines[2]).toMatch(/^i-[0-9a-f]{17} dropped :FORWARD DROP/);
    expect(lines[3]).toMatch(/^i-[0-9a-f]{17} forwarded :FORWARD ACCEPT/);
  });

  it('has types that the example of its page passes', () => {
    writeFileSync(join(project, 'example.mts'), EXAMPLE);
    const options = ['--noEmit', '--strict', '--module', 'NodeNext', '--target', 'ES2023', '--types', 'node'];
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const done = spawnSync(process.execPath, [tsc, ...options, 'example.mts'], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(done.stdout).toBe('');
    expect(done.status).toBe(0);
  });
});
