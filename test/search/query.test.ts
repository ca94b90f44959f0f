import { describe, expect, it } from 'vitest';
import { LineView } from '../../src/search/line-view.js';
import { parseQuery } from '../../src/search/parse.js';
import { QueryError } from '../../src/search/tokens.js';

const FILE = { node: 'i-0a1b2c3d4e5f67890', path: 'var_log/aws-routed-eni/ipamd.log', pod: null };

const passes = (
  text: string,
  line: string,
  file = FILE as { node: string; path: string; pod: string | null },
): Promise<boolean> =>
  parseQuery({ text, regex: false, ignoreCase: false }).then((query) => query.line(LineView.of(line, file)));

describe('query language', () => {
  it.each([
    ['refused', 'dial tcp: connection refused', true],
    ['refused', 'unrefused', false],
    ['REFUSED', 'connection Refused!', true],
    ['connection refused', 'refused connection', true],
    ['"connection refused"', 'refused connection', false],
    ['"connection refused"', 'connect: connection refused', true],
    ['not', 'link not found', true],
    ['eni-0abc', 'eni-0abc attached', true],
    ['eni-0abc', 'eni-0abcd attached', false],
    ['eni-*', 'found eni-0abcd', true],
    ['eni-*', 'found enis', false],
    ['10.0.1.9', 'from 10.0.1.9:443', true],
    ['10.0.1.9', 'from 10.0.1.90', false],
    ['10.0.1.9', 'from 110.0.1.9', false],
    ['10.0.1.*', 'from 10.0.1.77:53', true],
    ['cart-?', 'pod cart-7 ready', true],
    ['cart-?', 'pod cart-77 ready', false],
    ['a OR b c', 'b', false],
    ['a OR b c', 'c b', true],
    ['a | b', 'b', true],
    ['(a OR b) c', 'a', false],
    ['a NOT b', 'a b', false],
    ['a AND NOT b', 'a c', true],
    ['NOT (a OR b)', 'c', true],
    ['"a \\" quote"', 'has a " quote in it', true],
    ['http://x', 'get http://x now', true],
  ])('%s on %j: %s', async (query, line, expected) => {
    expect(await passes(query, line)).toBe(expected);
  });

  it('filters by fields', async () => {
    const error = '{"level":"error","ts":"2024-05-17T09:31:22.123Z","msg":"failed for 10.0.1.9"}';
    expect(await passes('level:error', error)).toBe(true);
    expect(await passes('level:warn,info', error)).toBe(false);
    expect(await passes('level:none', 'no level')).toBe(true);
    expect(await passes('file:ipamd', error)).toBe(true);
    expect(await passes('file:aws*plugin', error)).toBe(false);
    expect(await passes('node:i-0a1b*', error)).toBe(true);
    expect(await passes('ip:10.0.1.9', error)).toBe(true);
    expect(await passes('ip:10.0.0.0/16', error)).toBe(true);
    expect(await passes('ip:10.1.0.0/16', error)).toBe(false);
    expect(await passes('eni:eni-0abc', 'eni-0abc')).toBe(true);
  });

  it('finds what names a pod, and its own logs', async () => {
    expect(await passes('pod:cart-0', 'pod="shop/cart-0" failed')).toBe(true);
    expect(await passes('pod:cart-0', 'pod="shop/cart-0-canary" failed')).toBe(false);
    expect(await passes('pod:shop/cart-0', 'pod="web/cart-0" failed')).toBe(false);
    expect(await passes('pod:shop/cart-0', 'K8S_POD_NAMESPACE=shop;K8S_POD_NAME=cart-0')).toBe(true);
    expect(await passes('pod:cart-0', 'anything', { ...FILE, pod: 'shop/cart-0' })).toBe(true);
  });

  it.each([
    ['', 0, 'empty'],
    ['(a', 0, 'not closed'],
    ['a)', 1, 'no ('],
    ['a OR', 4, 'missing at the end'],
    ['OR a', 0, 'missing before OR'],
    ['a "b', 2, 'quote'],
    ['level:loud', 0, 'levels are'],
    ['x ip:10.0.1', 2, 'no address'],
    ['ip:10.0.0.0/40', 0, 'block'],
    ['*', 0, 'wildcard'],
  ])('says what is wrong with %j and where', async (text, at, message) => {
    const error: unknown = await parseQuery({ text, regex: false, ignoreCase: false }).catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(QueryError);
    expect((error as QueryError).at).toBe(at);
    expect((error as QueryError).message).toContain(message);
  });

  it.each([
    ['a(b', 'missing closing )'],
    ['a[b', 'missing closing ]'],
    ['(?=x)', '(?='],
    ['*a', '*'],
  ])('says what is wrong with the expression %j', async (text, message) => {
    await expect(parseQuery({ text, regex: true, ignoreCase: false })).rejects.toThrow(message);
  });
});
