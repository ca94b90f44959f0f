import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { CLI } from '../support/run-cli.js';

function cli(...args: string[]): string {
  const run = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  expect(run.status).toBe(0);
  return run.stdout;
}

function has(program: string): boolean {
  return spawnSync(program, ['--version']).error === undefined;
}

/** What bash offers for words typed so far; the last one may be unfinished. */
function bash(script: string, ...words: string[]): string[] {
  const typed = ['eks-netcheck', ...words].map((w) => `'${w}'`).join(' ');
  const run = spawnSync(
    'bash',
    [
      '-c',
      `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _eks_netcheck; echo "\${COMPREPLY[@]}"`,
    ],
    {
      encoding: 'utf8',
      cwd: '/',
    },
  );
  return run.stdout.trim().split(' ');
}

describe('completion bash', () => {
  const script = cli('completion', 'bash');

  it.each([
    [['ana'], ['analyze']],
    [
      ['rules', 'li'],
      ['list', 'lint'],
    ],
    [['analyze', '--format', 'ht'], ['html']],
    [['analyze', 'x.tgz', '--fail-on-i'], ['--fail-on-incomplete']],
    [['report', '--redact-m'], ['--redact-map']],
  ])('offers for %j %j', (words, want) => {
    expect(bash(script, ...words)).toEqual(want);
  });
});

describe.runIf(has('zsh'))('completion zsh', () => {
  it('is a script that zsh can read', () => {
    const run = spawnSync('zsh', ['-n'], { input: cli('completion', 'zsh'), encoding: 'utf8' });
    expect([run.status, run.stderr]).toEqual([0, '']);
  });
});

describe.runIf(has('fish'))('completion fish', () => {
  it('offers commands and options', () => {
    const script = `${cli('completion', 'fish')}\ncomplete -C 'eks-netcheck rules lin'\ncomplete -C 'eks-netcheck report --redact-w'`;
    const run = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' });
    expect(run.stdout.split('\n').map((l) => l.split('\t')[0])).toEqual(['lint', '--redact-words', '']);
  });
});

describe('man', () => {
  const page = cli('man');

  it('has every command with its examples', () => {
    const heads = page.split('\n').filter((l) => l.startsWith('.SS'));
    expect(heads.some((h) => h.includes('netcheck analyze'))).toBe(true);
    expect(heads.some((h) => h.includes('netcheck rules lint'))).toBe(true);
    expect(page).toContain('\nExamples:\n');
  });

  it.runIf(has('groff'))('is troff without a warning', () => {
    const run = spawnSync('groff', ['-man', '-ww', '-Tutf8'], { input: page, encoding: 'utf8' });
    expect(run.stderr).toBe('');
  });
});

describe('mistakes', () => {
  it.each([
    [['analyse'], 'Did you mean analyze?'],
    [['analyze', '--formt', 'json', 'x'], 'Did you mean --format?'],
    [['rules', 'show', 'forward-polcy-drop'], 'did you mean "forward-policy-drop"?'],
  ])('%j are met with a suggestion', (args, want) => {
    const run = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
    expect(run.status).toBe(2);
    expect(run.stderr).toContain(want);
  });
});
