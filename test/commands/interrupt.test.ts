import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { CLI } from '../support/run-cli.js';

/** Sends the process Ctrl-C as soon as it listens for it. */
const PRESS = `const t = setInterval(() => {
  if (process.listenerCount('SIGINT') === 0) return;
  clearInterval(t);
  process.kill(process.pid, 'SIGINT');
}, 5);`;

describe('Ctrl-C', () => {
  it.each(['report', 'analyze'])(
    'ends %s by exit code 130, also before a run has a folder of its own',
    async (command) => {
      const preload = `data:text/javascript,${encodeURIComponent(PRESS)}`;
      // Standard input stays open: the command waits for it.
      const child = spawn(process.execPath, ['--import', preload, CLI, command, '-'], { stdio: 'pipe' });
      expect(await once(child, 'exit')).toEqual([130, null]);
    },
  );
});
