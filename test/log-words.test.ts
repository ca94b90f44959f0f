import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { logWords } from '../src/log-words.js';

const TEXT = 'ENI eni-0abc: "10.0.1.5:8080" in /var/log/ipamd.log (err=timeout), -- .';

describe('logWords', () => {
  it('gives names and addresses whole, then their parts', () => {
    expect(logWords(TEXT)).toEqual([
      ...['eni', 'eni-0abc', 'eni', '0abc', '10.0.1.5:8080', '10', '0', '1', '5', '8080', 'in'],
      ...['var/log/ipamd.log', 'var', 'log', 'ipamd', 'log', 'err', 'timeout'],
    ]);
  });

  it('stands by itself, as the page of a report needs it', () => {
    expect(runInNewContext(`(${logWords.toString()})(text)`, { text: TEXT })).toEqual(logWords(TEXT));
  });
});
