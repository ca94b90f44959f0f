/** What a text is that is no JSON, or no document, in words that help whoever gave it. */

const FROM = 'Give what `eks-netcheck analyze --format json` has printed.';

const OTHERS: readonly (readonly [begins: RegExp, what: string, hint: string])[] = [
  [/^\s*$/, 'is empty', 'The run that was to write it may have failed: repeat it and look at its messages.'],
  [/^(?:\x1f|PK\x03\x04|[^\n]{0,512}ustar)/, 'is an archive', 'Give a bundle to `eks-netcheck analyze`.'],
  [
    /^(?:\xd4\xc3\xb2\xa1|\xa1\xb2|\n\r\r\n)/,
    'is a capture',
    'Give captures to `eks-netcheck analyze` or `trace`.',
  ],
  [/^\s*<(?:!doctype|html)/i, 'is an HTML page', `A page cannot be read back. ${FROM}`],
  [/^\s*<\?xml/, 'is XML', `JUnit cannot be read back. ${FROM}`],
  [/^(?:---\s|\s*schema_version:)/, 'is YAML', `YAML is not read back. ${FROM}`],
  [/^## /, 'is Markdown', `Markdown cannot be read back. ${FROM}`],
];

/** Of a text that is not JSON. */
export function notJson(text: string): { readonly what: string; readonly hint: string } {
  const head = text.slice(0, 600);
  for (const [begins, what, hint] of OTHERS) if (begins.test(head)) return { what, hint };
  const last = text.trimEnd().at(-1);
  if (/^\s*\{/.test(head) && last !== '}')
    return {
      what: 'ends in the middle',
      hint: 'It was copied in part, or the disk was full: make it or copy it again.',
    };
  return { what: 'is not JSON', hint: FROM };
}

/** Of JSON that lacks the version, or has another one than this program reads; null where the version is ours. */
export function otherVersion(
  value: unknown,
  ours: number,
): { readonly what: string; readonly hint: string } | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const { schema_version: version } = value as { schema_version?: unknown };
  if (version === ours) return null;
  if (typeof version === 'number')
    return {
      what: `has schema_version ${version}, and this program reads ${ours}`,
      hint: `Use the eks-netcheck that made it, or analyse the inputs again with this one.`,
    };
  if ('$schema' in value && 'runs' in value)
    return { what: 'is SARIF', hint: `SARIF cannot be read back. ${FROM}` };
  if ('captures' in value && 'problems' in value)
    return { what: 'comes from `capture`', hint: 'Use `eks-netcheck trace` for a document of captures.' };
  return null;
}

export { FROM as DOCUMENT_HINT };
