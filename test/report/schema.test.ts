import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/report/read-document.js';
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
    expect(() => readDocument('{', 'x.json')).toThrow(/x\.json is not JSON/);
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
