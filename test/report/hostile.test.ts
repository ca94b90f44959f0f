/** Texts of strangers do nothing in any format, wherever in a document they stand. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { AnalysisDocument } from '../../src/model/document.js';
import { redactDocument } from '../../src/redact/index.js';
import { FORMATS, render, type Format } from '../../src/report/index.js';
import { fullDocument, hostileDocument } from './support/documents.js';
import { documentErrors } from './support/document-errors.js';
import { parseXml } from './support/xml.js';

const PAYLOADS: Readonly<Record<string, string>> = {
  script: '"><script>alert(1)</script><img src=x onerror=alert(1)>',
  'closing tags': '</style></script></title></textarea>--><svg onload=x>',
  attributes: `' onmouseover='x" onfocus="y\` z=\``,
  entities: '&lt;b&gt;&#60;script&#62;&amp;',
  'terminal escapes': '\u001b]0;title\u0007\u001b[2J\u001b[31mred\u009b31m\u0090q\u009c',
  'direction and zero width': 'a\u202egnp.exe\u202c\u2066x\u2069\u200b\u200d\u061c\ufeff',
  'line breaks': 'one\ntwo\r\nthree\u2028four\u2029five\u0085six\u000bseven',
  'null and lone surrogates': '\u0000\ud800x\udc00\ufffe\uffff',
  markdown: '](javascript:x) ![i](http://x.example/y.png) **b** <b>|`code` ```\n# head @team #1',
  'cdata and entities of XML': ']]><!ENTITY x SYSTEM "file:///etc/passwd"><![CDATA[',
  YAML: ': - & * ! | > % @ `\n---\n...\n"key": !!js/function x',
  'a prototype': '__proto__',
  'many marks': '\u0300'.repeat(50),
};

const OPTIONS = { color: false, width: 80 };

const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

describe.each(Object.entries(PAYLOADS))('%s', (_, payload) => {
  const d = hostileDocument(payload);

  it.each(FORMATS)('leave nothing invisible or commanding in %s', (format) => {
    expect(UNSAFE.exec(ours(render(d, format, OPTIONS), format))?.[0]).toBeUndefined();
  });

  it('come back whole from JSON and YAML', () => {
    expect(JSON.parse(render(d, 'json', OPTIONS))).toEqual(JSON.parse(JSON.stringify(d)));
    expect(parse(render(d, 'yaml', OPTIONS))).toEqual(d);
  });

  it('leave JUnit well-formed with the same cases', () => {
    const suite = parseXml(render(d, 'junit', OPTIONS)).children[0]!;
    expect(suite.children.filter((c) => c.name === 'testcase')).toHaveLength(d.rules!.length);
  });

  it('leave the page with the kinds of tags it has without them', () => {
    const known = new Set(tags(render(fullDocument(), 'html', OPTIONS)));
    expect(tags(render(d, 'html', OPTIONS)).filter((t) => !known.has(t))).toEqual([]);
  });

  it('leave Markdown with its own headings and no link, image or tag', () => {
    const text = outsideFences(render(d, 'markdown', OPTIONS));
    expect(text).not.toMatch(/<[a-z/!]/i);
    expect(text).not.toMatch(/(?<!\\)\]\(/);
    expect(text.split('\n').filter((l) => /^#/.test(l))).toHaveLength(11);
  });

  it('leave a document after redaction', () => {
    expect(documentErrors(redactDocument(d).document)).toEqual([]);
  });
});

/** The page without our own script and style. */
function ours(text: string, format: Format): string {
  return format === 'html' ? text.replace(/<script>[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, '') : text;
}

/** Names and attribute names of all tags, in order. */
function tags(page: string): string[] {
  // Backticks make `code`, which is harmless and wanted.
  return [
    ...ours(page, 'html')
      .replace(/<\/?code>/g, '')
      .matchAll(/<(\/?[a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/gi),
  ].map(
    ([, name, attributes]) =>
      `${name} ${[...attributes!.matchAll(/\s([a-z-]+)(?:="[^"]*")?/gi)].map((m) => m[1]).join(' ')}`,
  );
}

function outsideFences(markdown: string): string {
  let fence: string | null = null;
  return markdown
    .split('\n')
    .filter((line) => {
      const m = /^\s*(`{3,})/.exec(line);
      if (m === null) return fence === null;
      if (fence === null) fence = m[1]!;
      else if (m[1]!.length >= fence.length && line.trim() === m[1]) fence = null;
      return false;
    })
    .map((line) => line.replace(/(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)/g, ''))
    .join('\n');
}

describe('the page', () => {
  const page = render(fullDocument(), 'html', OPTIONS);

  it('allows exactly its own style and script', () => {
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!;
    const hash = (tag: string): string => {
      const body = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(page)![1]!;
      return `sha256-${createHash('sha256').update(body).digest('base64')}`;
    };
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `style-src '${hash('style')}'`,
      `script-src '${hash('script')}'`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it('refers to nothing outside', () => {
    const refs = [...ours(page, 'html').matchAll(/\s(?:src|href|srcset|action|data|poster)="([^"]*)"/g)].map(
      (m) => m[1]!,
    );
    expect(refs.length).toBeGreaterThan(5);
    expect(refs.filter((r) => !r.startsWith('#'))).toEqual([]);
  });

  it('has each id once', () => {
    const ids = [...ours(page, 'html').matchAll(/\sid="([^"]*)"/g)].map((m) => m[1]!);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });
});

describe('large documents', () => {
  const large = (): AnalysisDocument => {
    const d = fullDocument();
    const line = 'x y'.repeat(333_334);
    d.evidence = Array.from({ length: 40 }, (_, i) => ({
      ...d.evidence[0]!,
      id: `E-${String(i + 1).padStart(3, '0')}`,
      content: line,
    }));
    d.findings = Array.from({ length: 2000 }, (_, i) => ({
      ...d.findings[0]!,
      id: `F-${String(i + 1).padStart(3, '0')}`,
      evidence: d.evidence.map((e) => e.id),
    }));
    d.findings[0]!.diagnosis = line;
    d.flows = Array.from({ length: 500 }, (_, i) => ({
      ...d.flows[0]!,
      dst: `10.0.${i >> 8}.${i & 255}:80`,
    }));
    d.log_patterns!.patterns = Array.from({ length: 3000 }, (_, i) => ({
      ...d.log_patterns!.patterns[0]!,
      pattern: `${i} ${line}`,
      nodes: Array.from({ length: 50 }, (__, n) => `node ${n} ${line.slice(0, 200)}`),
      example: { ...d.log_patterns!.patterns[0]!.example, content: line },
    }));
    d.coverage.problems = Array.from({ length: 5000 }, (_, i) => ({
      ...d.coverage.problems[0]!,
      subject: `${i} ${line.slice(0, 1000)}`,
    }));
    return d;
  };

  it.each(['text', 'markdown', 'html'] as const)(
    'stay below 5 MB in %s and say what was left out',
    (format) => {
      const text = render(large(), format, OPTIONS);
      expect(text.length).toBeLessThan(5_000_000);
      expect(text).toMatch(/more (?:[a-z ]+)?in the JSON report/);
    },
  );
});
