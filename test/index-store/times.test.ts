import { describe, expect, it } from 'vitest';
import { indexTexts } from './support.js';

describe('times of an indexed log', () => {
  it('counts every turn of the year, also in a log of one block', async () => {
    const log = [
      'Dec 31 10:00:00 host systemd[1]: first winter',
      'Apr  1 10:00:00 host systemd[1]: spring',
      'Dec 31 10:00:00 host systemd[1]: second winter',
      'Apr  1 10:00:00 host systemd[1]: the spring of the collection',
    ];
    const { result, index } = await indexTexts({ 'var_log/messages': `${log.join('\n')}\n` });
    await index.close();
    const { file } = result.files[0]!;
    expect(file.profile).toMatchObject({ lastYear: 2024, turns: 2 });
    expect(file.first).toBe(Date.UTC(2022, 11, 31, 10));
    expect(file.last).toBe(Date.UTC(2024, 3, 1, 10));
  });
});
