import {
  LineCounter,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Document,
} from 'yaml';
import type { RuleProblem } from './problem.js';
import { oneLine } from './text.js';

export type Path = readonly (string | number)[];

/** A YAML file that was read, and where its values stand in it. */
export interface YamlFile {
  readonly file: string;
  readonly text: string;
  /** The plain value, `undefined` when it could not be read. */
  readonly value: unknown;
  readonly problems: readonly RuleProblem[];
  /** Place of the value at `path`, or of the key when `key` is given; of the nearest parent that is there. */
  readonly place: (path: Path, key?: string) => { line: number; column: number };
  /** Lines of the value at `path`, as they stand in the file. */
  readonly excerpt: (path: Path) => string;
}

const MAX_FILE = 1024 * 1024;
const MAX_DEPTH = 40;

/**
 * Reads YAML 1.2 without aliases (a rule has no use for them and they can blow up), tags and merge keys.
 * Whatever is wrong becomes a problem with its place; nothing is thrown.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const failed = (message: string, offset = 0): YamlFile => ({
    file,
    text,
    value: undefined,
    problems: [{ file, ...(offset === 0 ? { line: 1, column: 1 } : at(offset)), message }],
    place: () => ({ line: 1, column: 1 }),
    excerpt: () => '',
  });
  if (Buffer.byteLength(text) > MAX_FILE) return failed('the file is larger than 1 MB');
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      version: '1.2',
      merge: false,
      logLevel: 'silent',
      prettyErrors: false,
    });
  } catch (error) {
    return failed(
      `it cannot be read as YAML: ${error instanceof RangeError ? 'nested too deeply' : String(error)}`,
    );
  }
  const problems = [...document.errors, ...document.warnings].slice(0, 20).map((error) => ({
    file,
    ...at(error.pos[0]),
    message: `YAML: ${oneLine(error.message.split('\n')[0]!)}${hint(error.message)}`,
  }));
  try {
    visit(document, (_key, node, path) => {
      if (path.length > MAX_DEPTH * 2) throw new RangeError('depth');
      if (isAlias(node)) {
        problems.push({ file, ...at(node.range?.[0] ?? 0), message: 'aliases (`*name`) are not allowed' });
        return visit.BREAK;
      }
      return undefined;
    });
  } catch {
    return failed('it is nested too deeply');
  }
  return {
    file,
    text,
    value: problems.length === 0 ? (document.toJS({ maxAliasCount: 0 }) as unknown) : undefined,
    problems,
    place: (path, key) => at(offsetOf(document, path, key)),
    excerpt: (path) => excerptOf(document, text, path),
  };
}

/** What is most often behind the message of the YAML reader, for those who write their first rule. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:Nested mappings|Implicit keys)/,
    'a line is indented too far, or a text that holds `: ` needs quotes around it',
  ],
  [/^Unexpected scalar at node end/, 'a text that begins with `{{` needs quotes around it'],
  [
    /^Invalid escape sequence/,
    "write patterns between single quotes ('), where a backslash stands for itself",
  ],
  [/^Tabs are not allowed/, 'indent by blanks'],
];

function hint(message: string): string {
  const found = HINTS.find(([pattern]) => pattern.test(message));
  return found === undefined ? '' : `; ${found[1]}`;
}

function offsetOf(document: Document.Parsed, path: Path, key?: string): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const step of path) {
    const child = isMap(node) || isSeq(node) ? node.get(step, true) : undefined;
    if (child === undefined) return offset;
    node = child;
    offset = startOf(node) ?? offset;
  }
  if (key === undefined || !isMap(node)) return offset;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return startOf(pair?.key) ?? offset;
}

function excerptOf(document: Document.Parsed, text: string, path: Path): string {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  if (!isNode(node) || !node.range) return text;
  const [start, end] = node.range;
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  return text
    .slice(start, end)
    .trimEnd()
    .split('\n')
    .map((line, index) => (index > 0 && line.slice(0, indent).trim() === '' ? line.slice(indent) : line))
    .join('\n');
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
