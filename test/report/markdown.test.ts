import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/report/markdown.js';
import { block, code, plain, rich } from '../../src/report/markdown-text.js';
import { fullDocument } from './support/documents.js';

describe('plain', () => {
  it.each([
    ['*a* _b_ ~c~', '\\*a\\* \\_b\\_ \\~c\\~'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['[x](http://y)', '\\[x\\](http&#58;//y)'],
    ['@team #1 $x$', '&#64;team &#35;1 &#36;x&#36;'],
    ['a|b`c\\', 'a\\|b\\`c\\\\'],
    ['www.example.com', 'www&#46;example.com'],
    ['x\ny\u202e\u001b', 'x\\\\x0ay\\\\u202e\\\\x1b'],
  ])('%j is %j', (text, want) => {
    expect(plain(text)).toBe(want);
  });
});

describe('code', () => {
  it.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a|b', '`a\\|b`'],
  ])('%j is %j', (text, want) => {
    expect(code(text)).toBe(want);
  });
});

it('rich keeps what stands between backticks as code', () => {
  expect(rich('run `ip *` now_')).toBe('run `ip *` now\\_');
});

it('block has a fence longer than any in its lines', () => {
  expect(block(['a', '````', '```'])).toBe('`````text\na\n````\n```\n`````');
});

describe('renderMarkdown', () => {
  const text = renderMarkdown(fullDocument());

  it('has the sections in the order of all reports', () => {
    const heads = text.split('\n').filter((l) => /^##/.test(l));
    expect(heads).toEqual([
      '## routing — A blackhole route swallows pod traffic',
      '### Path',
      '### What speaks against it',
      '### Findings (2)',
      '#### F-001 HIGH: A blackhole route swallows pod traffic on i-09413053e61582c7b',
      '#### F-002 LOW: The clocks differ',
      '### Layers',
      '### Flows',
      '### Errors and warnings in the logs',
      '### Coverage',
      '### Next steps',
    ]);
  });

  it('quotes evidence with file and line', () => {
    expect(text).toContain('networking/iproute.txt:5\n  blackhole 10.36.118.75');
  });

  it('groups flows of one fate', () => {
    expect(text).toContain('| dropped | 2 | tcp | 10.36.26.63 (ports 52803, 58966) | 10.36.118.75:8080 |');
  });
});
