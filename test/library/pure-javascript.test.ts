/** The package with nothing but the JavaScript of its run-time dependencies: no native code, optional or not. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { analyzeCase, cliIsBuilt } from '../support/run-cli.js';
import { inputsOf } from '../support/truth.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SAMPLE = join(ROOT, 'samples/cases/vpc-drop');

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

const locked = Object.entries(
  (JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> })
    .packages,
).filter(([path, p]) => path !== '' && p.dev !== true && p.devOptional !== true);

const needed = locked.filter(([, p]) => p.optional !== true);

describe('run-time dependencies', () => {
  it('need no script at installation', () => {
    expect(locked.filter(([, p]) => p.hasInstallScript === true)).toEqual([]);
  });

  it('are optional where they are native', () => {
    const files = needed.flatMap(([path]) =>
      readdirSync(join(ROOT, path), { recursive: true }).map((file) => join(path, String(file))),
    );
    expect(files.filter((file) => /\.node$|(?:^|\/)binding\.gyp$/.test(file))).toEqual([]);
  });
});

describe.skipIf(!cliIsBuilt)('the package (skipped when dist/ is missing: needs the build)', () => {
  let copy = '';

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'eks-netcheck-pure-'));
    for (const name of ['package.json', 'dist', 'assets', 'rules', 'schema'])
      cpSync(join(ROOT, name), join(copy, name), { recursive: true });
    for (const [path] of needed) {
      const from = realpathSync(join(ROOT, path));
      cpSync(from, join(copy, path), {
        recursive: true,
        filter: (file) => file === from || isPortable(file),
      });
    }
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('gives the same answer without them', () => {
    expect(existsSync(join(copy, 'node_modules/piscina'))).toBe(true);
    expect(existsSync(join(copy, 'node_modules/@napi-rs'))).toBe(false);
    const args = [join(copy, 'dist/cli.js'), 'analyze', ...inputsOf(SAMPLE), '--format', 'json', '--quiet'];
    const run = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', maxBuffer: 1 << 26 });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(JSON.parse(run.stdout) as AnalysisDocument).toEqual(analyzeCase(SAMPLE));
  });
});

/** Packages within packages are copied on their own; `prebuilds` holds native code for another JavaScript runtime. */
function isPortable(file: string): boolean {
  return (
    !['node_modules', 'prebuilds'].includes(basename(file)) && !/\.(?:node|bare|so|dll|dylib)$/.test(file)
  );
}
