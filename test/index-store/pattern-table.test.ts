/** Which patterns a file keeps. */
import { describe, expect, it } from 'vitest';
import type { FileIndex } from '../../src/index-store/types.js';
import { indexTexts } from './support.js';

/** Lines of words that come once. */
const unlike = (count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    [2654435761, 40503, 48271, 69621, 16807, 65539]
      .map((by) => ((i * by) % 2 ** 31).toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!))
      .join(' '),
  );

async function indexOf(lines: readonly string[]): Promise<FileIndex> {
  const { index } = await indexTexts({ 'a.log': lines.join('\n') });
  try {
    return index.files[0]!.index;
  } finally {
    await index.close();
  }
}

describe('the patterns of a file', () => {
  it('take little room where no line is like another', async () => {
    const { patterns, collapsed, lines } = await indexOf(unlike(40_000));
    const bytes = patterns.reduce((sum, { template }) => sum + template.length, 0);
    expect(bytes).toBeLessThan(60_000);
    expect(patterns.length).toBeGreaterThan(300);
    expect(collapsed).toBeGreaterThan(lines - 1000);
  });

  it('are met where lines repeat themselves behind many that do not', async () => {
    const steady = Array.from({ length: 40_000 }, (_, i) =>
      i % 2 === 0
        ? `assigned 10.0.0.${i % 250} to a pod of the node`
        : `garbage of pod ${i} was collected by the node`,
    );
    const { patterns } = await indexOf([...unlike(5000), ...steady]);
    const most = patterns.map(({ count }) => count).sort((a, b) => b - a);
    expect(Math.min(most[0]!, most[1]!)).toBeGreaterThan(15_000);
  });
});
