import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const CLI = resolve(import.meta.dirname, '../../dist/cli.js');

let root: string;
let bundle: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'search-cli-'));
  bundle = join(root, 'eks_i-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8');
  const files: Readonly<Record<string, string>> = {
    'system/instance-id.txt': 'i-0a1b2c3d4e5f67890\n',
    'system/script-params.txt': 'ignore_introspection: false\n',
    'var_log/aws-routed-eni/ipamd.log': [
      '{"level":"info","ts":"2024-05-17T09:00:00.000Z","msg":"assigned 10.0.1.9"}',
      '{"level":"error","ts":"2024-05-17T09:00:01.000Z","msg":"dial tcp 10.0.2.7:443: connection refused"}',
      '{"level":"info","ts":"2024-05-17T09:00:02.000Z","msg":"assigned 10.0.1.10 \\u001b[31m"}',
      'raw \u001b[31mred',
    ].join('\n'),
    'var_log/messages': 'May 17 08:59:59 host app: no route to host\n',
    'var_log/wtmp': '\u0001\u0002\u0000\u0000'.repeat(200),
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(bundle, name)), { recursive: true });
    writeFileSync(join(bundle, name), text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, XDG_CACHE_HOME: join(root, 'cache'), NO_COLOR: '1' };
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', env });
}

const parsed = (stdout: string): Record<string, unknown> => JSON.parse(stdout) as Record<string, unknown>;

describe('eks-netcheck search', () => {
  it('gives lines as the contract says, in the order of time', () => {
    const { status, stdout, stderr } = run(
      'search',
      bundle,
      '--regex',
      'connection refused|no route to host',
      '--lines',
      '--format',
      'json',
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(parsed(stdout)['lines']).toEqual([
      {
        node: 'i-0a1b2c3d4e5f67890',
        file: 'var_log/messages',
        line: 1,
        time: '2024-05-17T08:59:59.000Z',
        text: 'May 17 08:59:59 host app: no route to host',
      },
      {
        node: 'i-0a1b2c3d4e5f67890',
        file: 'var_log/aws-routed-eni/ipamd.log',
        line: 2,
        time: '2024-05-17T09:00:01.000Z',
        text: '{"level":"error","ts":"2024-05-17T09:00:01.000Z","msg":"dial tcp 10.0.2.7:443: connection refused"}',
      },
    ]);
    expect(parsed(stdout)['coverage']).toMatchObject({
      skipped: [{ file: 'var_log/wtmp', reason: 'it is no text' }],
      problems: [],
    });
  });

  it('gives patterns by default, and the same bytes from the kept index', () => {
    const first = run('search', bundle, 'assigned', '--format', 'json');
    const [row] = parsed(first.stdout)['patterns'] as Record<string, unknown>[];
    expect(row).toMatchObject({
      pattern: '{"level":"info","ts":"<time>","msg":"assigned <ip>"}',
      count: 1,
      first: '2024-05-17T09:00:00.000Z',
      level: 'info',
      nodes: ['i-0a1b2c3d4e5f67890'],
      example: { line: 1 },
    });
    expect(readdirSync(join(root, 'cache/eks-netcheck/index')).length).toBeGreaterThan(0);
    expect(run('search', bundle, 'assigned', '--format', 'json').stdout).toBe(first.stdout);
    expect(run('search', bundle, 'assigned', '--format', 'json', '--no-cache').stdout).toBe(first.stdout);
  });

  it('shows lines around, and no control characters', () => {
    const { stdout } = run('search', bundle, 'refused', '--context', '2');
    expect(stdout).toContain('> 2024-05-17T09:00:01.000Z');
    expect(stdout).toContain('raw \\x1b[31mred');
    expect(stdout).not.toContain('\u001b');
  });

  it('counts what is named over all nodes', () => {
    const other = join(root, 'eks_i-0b1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.8');
    mkdirSync(join(other, 'system'), { recursive: true });
    writeFileSync(join(other, 'system/instance-id.txt'), 'i-0b1b2c3d4e5f67890\n');
    writeFileSync(join(other, 'system/script-params.txt'), 'ignore_introspection: false\n');
    mkdirSync(join(other, 'var_log/aws-routed-eni'), { recursive: true });
    writeFileSync(
      join(other, 'var_log/aws-routed-eni/ipamd.log'),
      '{"level":"info","ts":"2024-05-17T09:10:00.000Z","msg":"assigned 10.0.2.7"}\n'.repeat(2),
    );
    const { stdout } = run('search', bundle, other, '10.0.2.7', '--format', 'json');
    expect(parsed(stdout)['related']).toMatchObject({
      files: [],
      entities: [
        {
          kind: 'ip',
          name: '10.0.2.7',
          count: 3,
          first: '2024-05-17T09:00:01.000Z',
          last: '2024-05-17T09:10:00.000Z',
          files: [
            { node: 'i-0a1b2c3d4e5f67890', file: 'var_log/aws-routed-eni/ipamd.log', count: 1, line: 2 },
            { node: 'i-0b1b2c3d4e5f67890', file: 'var_log/aws-routed-eni/ipamd.log', count: 2, line: 1 },
          ],
        },
      ],
    });
    expect(run('search', bundle, other, '10.0.2.7').stdout).toContain(
      'Names:\n' +
        `  ip 10.0.2.7: 3 lines in 2 files, the first at i-0a1b2c3d4e5f67890 var_log/aws-routed-eni/ipamd.log:2\n`,
    );
    // The same bundle given twice counts once.
    const again = run('search', bundle, other, other, '10.0.2.7', '--format', 'json');
    expect(parsed(again.stdout)).toEqual(parsed(stdout));
    expect(parsed(run('search', bundle, other, 'ipamd', '--format', 'json').stdout)['related']).toMatchObject(
      {
        files: ['var_log/aws-routed-eni/ipamd.log'],
      },
    );
  });

  it('says where an expression is wrong, and exits with 2', () => {
    const { status, stderr, stdout } = run('search', bundle, '--regex', 'refused|a(b');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('at character 10: missing closing )');
    expect(run('search', bundle, 'a AND (b').stderr).toContain('at character 7: the ( is not closed');
    expect(run('search', bundle).status).toBe(2);
    expect(run('search', join(root, 'nothing-here'), 'x').status).toBe(2);
  });

  it('finds nothing without failing, and hints at --regex', () => {
    const { status, stdout, stderr } = run('search', bundle, 'eni.*nonesuch');
    expect([status, stdout]).toEqual([0, 'Nothing was found.\n']);
    expect(stderr).toContain('add --regex');
  });
});

describe('eks-netcheck timeline', () => {
  it('merges the logs around the pivot', () => {
    const { status, stdout } = run(
      'timeline',
      bundle,
      '--pivot',
      'refused',
      '--window',
      '300',
      '--format',
      'json',
    );
    expect(status).toBe(0);
    const events = parsed(stdout)['events'] as { kind: string; file: string; line: number }[];
    expect(
      events.filter(({ kind }) => kind !== 'finding').map(({ kind, file, line }) => [kind, file, line]),
    ).toEqual([
      ['log', 'var_log/messages', 1],
      ['log', 'var_log/aws-routed-eni/ipamd.log', 1],
      ['pivot', 'var_log/aws-routed-eni/ipamd.log', 2],
      ['log', 'var_log/aws-routed-eni/ipamd.log', 3],
      ['log', 'var_log/aws-routed-eni/ipamd.log', 4],
    ]);
  });

  it('tells the same whether the input was just read, is read again, or can be read only once', () => {
    const archive = `${bundle}.tar.gz`;
    execFileSync('tar', ['czf', archive, '-C', bundle, '.']);
    const timeline = ['--pivot', 'refused', '--format', 'json'];
    const built = run('timeline', archive, ...timeline);
    expect(parsed(built.stdout)['events']).not.toEqual([]);
    const kept = run('timeline', archive, ...timeline);
    expect(kept.stdout).toBe(built.stdout);
    const piped = spawnSync(process.execPath, [CLI, 'timeline', '-', ...timeline], {
      encoding: 'utf8',
      input: readFileSync(archive),
    });
    // The name of the archive tells the year of lines that have none: these are missing here.
    const ofIpamd = (stdout: string): unknown[] =>
      (parsed(stdout)['events'] as { file: string }[]).filter(({ file }) => file.endsWith('ipamd.log'));
    expect([piped.status, ofIpamd(piped.stdout)]).toEqual([0, ofIpamd(built.stdout)]);
  });
});
