import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addValidate } from '../../src/commands/validate.js';
import type { ValidatedNode, ValidateReport } from '../../src/explain/validate/report.js';
import { runCommand, runJson } from '../explain/run-command.js';
import { bundlesOf, exampleCases, NEEDS_CASES } from '../explain/samples.js';

const validate = (...args: string[]): Promise<ValidateReport> =>
  runJson<ValidateReport>(addValidate, 'validate', ...args);

const BUNDLE = `${bundlesOf('healthy')}/eks_i-0a95d390cbbd749e2_2026-11-20_2333-UTC_0.7.9.tar.gz`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'validate-'));
const whole = path.join(folder, 'whole');
beforeAll(() => {
  mkdirSync(whole);
  spawnSync('tar', ['xzf', BUNDLE, '-C', whole]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the bundle, spoiled. */
function spoiled(name: string, spoil: (root: string) => void): string {
  const root = path.join(folder, name);
  cpSync(whole, root, { recursive: true });
  spoil(root);
  return root;
}

const artifact = (node: ValidatedNode, what: string) => node.artifacts.find((a) => a.what === what);

describe('a complete bundle', () => {
  it('is complete, with its kind, its node and the times of its logs', async () => {
    const r = await validate(BUNDLE);
    const [node] = r.nodes;
    expect(r).toMatchObject({ complete: true, captures: 0, problems: [] });
    expect(node).toMatchObject({
      node: 'i-0a95d390cbbd749e2',
      input: 'eks_i-0a95d390cbbd749e2_2026-11-20_2333-UTC_0.7.9.tar.gz',
      kind: 'linux-collector',
      collector_version: '0.7.9',
      collected_at: '2026-11-20T23:33:00.000Z',
      complete: true,
      identity: { primary_ip: '10.67.2.30', zone: 'ap-south-1a', cni_version: 'v1.21.1' },
      open_questions: [],
      truncated_files: [],
    });
    expect(node?.logs.find((l) => l.source === 'kubelet')).toMatchObject({
      files: 1,
      first: expect.stringMatching(/^2026-11-20T22:/) as string,
      last: expect.stringMatching(/^2026-11-20T23:/) as string,
    });
    expect(node!.time_span.first! < node!.time_span.last!).toBe(true);
    expect(artifact(node!, 'ipsets')).toMatchObject({
      state: 'empty',
      expected: false,
      leaves_undecided: null,
    });
    expect(artifact(node!, 'iptables rules')).toMatchObject({
      state: 'ok',
      file: 'networking/iptables-save.txt',
    });
  });

  it('passes --fail-on-incomplete', async () => {
    expect((await runCommand(addValidate, 'validate', BUNDLE, '--fail-on-incomplete')).code).toBe(0);
  });
});

describe('an incomplete bundle', () => {
  it('says what is missing and what stays open, and fails when asked to', async () => {
    const root = spoiled('missing', (r) => rmSync(path.join(r, 'networking/iproute.txt')));
    const r = await validate(root);
    expect(r.complete).toBe(false);
    expect(artifact(r.nodes[0]!, 'route tables')).toMatchObject({
      state: 'missing',
      expected: true,
      leaves_undecided:
        'which way packets leave this node, and whether a pod route is missing or a blackhole',
    });
    expect(r.nodes[0]!.open_questions).toHaveLength(1);
    const ran = await runCommand(addValidate, 'validate', root, '--fail-on-incomplete');
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('INCOMPLETE');
    expect((await runCommand(addValidate, 'validate', root)).code).toBe(0);
  });

  it('tells empty, cut and unreadable apart', async () => {
    const root = spoiled('bad', (r) => {
      writeFileSync(path.join(r, 'networking/iprule.txt'), '');
      truncateSync(path.join(r, 'networking/iptables-save.txt'), 2500);
      writeFileSync(path.join(r, 'networking/ifconfig.txt'), 'bash: ifconfig: command not found\n');
    });
    const [node] = (await validate(root)).nodes;
    expect(artifact(node!, 'routing policy rules')?.state).toBe('empty');
    expect(artifact(node!, 'iptables rules')?.state).toBe('truncated');
    expect(artifact(node!, 'interface list (ifconfig)')?.state).toBe('unreadable');
  });

  it('is a cut archive', async () => {
    const cut = path.join(folder, 'cut.tar.gz');
    cpSync(BUNDLE, cut);
    truncateSync(cut, 20_000);
    const r = await validate(cut);
    expect(r.complete).toBe(false);
    expect(r.problems.map((p) => p.code)).toContain('E_ARCHIVE_CORRUPT');
    expect((await runCommand(addValidate, 'validate', cut, '--fail-on-incomplete')).code).toBe(1);
  });

  it('keeps hostile names from the terminal', async () => {
    const root = spoiled('evil', (r) => writeFileSync(path.join(r, 'var_log/\u001b[2J-x.log'), 'x\n'));
    const { stdout } = await runCommand(addValidate, 'validate', root);
    expect(stdout).not.toContain('\u001b');
  });
});

describe('validate: wrong usage', () => {
  it.each([
    ['no bundle', [path.join(bundlesOf('healthy'), '../caps')], 'no bundle'],
    ['nothing there', ['/nowhere'], 'E_NO'],
    ['an option that is none', [BUNDLE, '--fail'], 'unknown option'],
  ])('%s: exit code 2', async (_name, args, words) => {
    const ran = await runCommand(addValidate, 'validate', ...args);
    expect(ran.code).toBe(2);
    expect(ran.stderr.toLowerCase()).toContain(words.toLowerCase());
  });
});

describe.skipIf(NEEDS_CASES !== '')(`validate on the example cases${NEEDS_CASES}`, () => {
  const some = exampleCases().filter((c) => /^(?:log|nm|fmt)-/.test(c.name));
  it.skipIf(some.length > 0)('needs the example cases', () => undefined);
  it.each(some.map((c) => [c.name, c.bundles]))('%s', async (name, bundles) => {
    const r = await validate(bundles);
    const open = r.nodes.flatMap((n) =>
      n.artifacts.filter((a) => a.leaves_undecided !== null).map((a) => a.what),
    );
    expect(open).toEqual(
      name === 'log-aws-node-crashloop' ? ['ENIs of ipamd (introspection)', 'metrics of ipamd'] : [],
    );
  });
});
