import { describe, expect, it } from 'vitest';
import { documentText, readDocument } from '../../src/report/read-document.js';
import { fullDocument } from './support/documents.js';
import { documentErrors } from './support/document-errors.js';

describe('the JSON Schema of the document', () => {
  it('describes a document in which every part is filled', () => {
    expect(documentErrors(fullDocument())).toEqual([]);
  });

  it('refuses a word that is not on its list', () => {
    const d = { ...fullDocument(), severity: 'TERRIBLE' };
    expect(documentErrors(d)).toHaveLength(1);
  });

  it('lets documents of later versions bring more keys', () => {
    const d = { ...fullDocument(), later: 1 };
    expect(readDocument(JSON.stringify(d), 'x.json')).toEqual(d);
  });
});

describe('readDocument', () => {
  it('says what is not JSON', () => {
    expect(() => readDocument('x', 'x.json')).toThrow(/x\.json is not JSON/);
  });

  it('says which key is missing', () => {
    const { findings, ...rest } = fullDocument();
    expect(findings).not.toEqual([]);
    expect(() => readDocument(JSON.stringify(rest), 'x.json')).toThrow(/no analysis document.*findings/);
  });

  it('says which value is wrong', () => {
    const d = { ...fullDocument(), flows: [1] };
    expect(() => readDocument(JSON.stringify(d), 'x.json')).toThrow(/\/flows\/0 must be object/);
  });
});

describe('what is no document', () => {
  const whole = JSON.stringify(fullDocument());

  it.each([
    ['', 'is empty', 'repeat it'],
    [whole.slice(0, 5000), 'ends in the middle', 'copy it again'],
    ['\u001f\ufffd\b', 'is an archive', 'analyze'],
    ['PK\u0003\u0004', 'is an archive', 'analyze'],
    ['<!doctype html><html lang="en">', 'is an HTML page', 'cannot be read back'],
    ['schema_version: 1\n', 'is YAML', 'not read back'],
    ['## routing — x', 'is Markdown', 'cannot be read back'],
    ['<?xml version="1.0"?>', 'is XML', 'cannot be read back'],
    ['hello', 'is not JSON', 'analyze --format json'],
    ['{"schema_version":2}', 'has schema_version 2, and this program reads 1', 'again with this one'],
    ['{"$schema":"x","runs":[]}', 'is SARIF', 'cannot be read back'],
    ['{"captures":[],"problems":[]}', 'comes from `capture`', 'trace'],
    ['[]', 'no analysis document', 'analyze --format json'],
    ['['.repeat(200_000), 'is not JSON', 'analyze --format json'],
  ])('%.20j is told with a next step', (text, what, hint) => {
    let error: unknown;
    try {
      readDocument(text, 'x.json');
    } catch (e) {
      error = e;
    }
    expect(error).toMatchObject({ code: 'E_PARSE', message: expect.stringContaining(what) as string });
    expect((error as { hint: string }).hint).toContain(hint);
  });

  it('reads what editors and PowerShell make of a document', () => {
    const d = fullDocument();
    for (const bytes of [
      Buffer.from(`\ufeff${whole}`),
      Buffer.from(`\ufeff${whole}`, 'utf16le'),
      Buffer.from(`\ufeff${whole}`, 'utf16le').swap16(),
    ])
      expect(readDocument(documentText(bytes, 'x.json'), 'x.json')).toEqual(d);
  });

  it('does not begin with what is larger than any document', () => {
    const bytes = { length: 300 * 1024 * 1024 } as Uint8Array;
    expect(() => documentText(bytes, 'x.json')).toThrow(/larger than any/);
  });
});
