import { describe, expect, it } from 'vitest';
import { logWords } from '../../src/index-store/log-words.js';

describe('logWords', () => {
  it.each([
    ['eni-0abc up', ['eni-0abc', 'eni', '0abc', 'up']],
    ['10.0.1.9:443,', ['10.0.1.9:443', '10', '0', '1', '9', '443']],
    ['msg="Failed to"', ['msg', 'failed', 'to']],
    ['-- /', []],
  ])('%j', (text, words) => {
    expect(logWords(text)).toEqual(words);
  });

  it('needs nothing from outside its body: the page holds its source', () => {
    const alone = new Function(`${logWords.toString()}; return logWords;`)() as typeof logWords;
    const text = 'a-b.c "x=1" {10.0.1.9:443}';
    expect(alone(text)).toEqual(logWords(text));
  });
});
