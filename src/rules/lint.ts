import type { LogSource } from '../model/logs.js';
import type { Rule } from '../model/rule.js';
import { conditionsOf, isFactCondition, isLogCondition } from './conditions.js';
import type { LoadedRule } from './load.js';
import { deadParts } from './lint-dead.js';
import { breadthOf, misplacedAnchor } from './lint-pattern.js';
import { compilePattern } from './pattern.js';
import { quoted } from './problem.js';
import { sourcesOf } from './sources.js';
import { parseTemplate } from './template.js';
import { CASE_KINDS, type CaseKind } from './test-schema.js';

/** Something about a rule that is legal and most likely wrong. */
export interface LintWarning {
  readonly rule: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Text that the readers remove before a pattern sees the message: no pattern that asks for it can match. */
const REMOVED: readonly {
  readonly sources: readonly LogSource[];
  readonly text: RegExp;
  readonly what: string;
}[] = [
  {
    sources: ['ipamd', 'cni-plugin', 'egress-plugin', 'network-policy-agent', 'ebpf-sdk'],
    text: /\\?"(?:level|msg|ts|timestamp|caller)\\?"/,
    what: 'keys of the JSON line: the message is what stands behind "msg"',
  },
  {
    sources: ['aws-node', 'aws-eks-nodeagent', 'kube-proxy', 'coredns', 'other-pod'],
    text: /\bstd(?:out|err)\b \[?F/,
    what: 'the prefix of the container runtime',
  },
  {
    sources: ['kubelet', 'kube-proxy', 'containerd', 'kernel', 'messages'],
    text: /\^\[?\(?[IWEF|]+\]?\)?(?:\\d|\[0-9\])|kubelet\\?\[|\^[A-Z][a-z]{2} +\d/,
    what: 'the header of klog, journal or syslog',
  },
  {
    sources: ['aws-node', 'containerd'],
    text: /level=(?:error|info|warning)/,
    what: 'the level: use the key `level`',
  },
];

/** Warnings about one rule. `kinds` are the kinds of its test cases; null when tests are not looked at. */
export function lintRule({ rule, line }: LoadedRule, kinds: ReadonlySet<CaseKind> | null): LintWarning[] {
  const messages: string[] = [];
  if (rule.source === '') messages.push('it does not say which document it comes from (`source`)');
  for (const name of Object.keys(rule.params)) {
    if (!usesParam(rule, name)) messages.push(`parameter ${quoted(name)} is not used`);
  }
  for (const { condition, place } of conditionsOf(rule)) {
    messages.push(...deadParts(condition, rule.params).map((message) => `${place}: ${message}`));
    if (!isLogCondition(condition)) continue;
    messages.push(...lintPattern(condition.pattern, sourcesOf(condition.log), place));
    const recovery = condition.recovered_by;
    if (recovery !== undefined) {
      messages.push(...lintPattern(recovery.pattern, sourcesOf(recovery.log), `${place}.recovered_by`));
      if (recovery.pattern === condition.pattern) messages.push(`${place}: it recovers by what it looks for`);
    }
    const { beside } = condition;
    if (beside !== undefined)
      messages.push(...lintPattern(beside.pattern, sourcesOf(beside.log), `${place}.beside`));
  }
  if (kinds?.size === 0) messages.push(`it has no cases: write ${rule.id}.test.yaml beside it`);
  else if (kinds !== null) {
    const absent = CASE_KINDS.filter((kind) => !kinds.has(kind));
    messages.push(...absent.map((kind) => `it has no ${kind} case`));
  }
  return messages.map((message) => ({ rule: rule.id, file: rule.file, line, message }));
}

function lintPattern(pattern: string, sources: readonly LogSource[], place: string): string[] {
  const compiled = compilePattern(pattern);
  if (!compiled.ok) return [];
  const messages: string[] = [];
  const breadth = breadthOf(compiled.pattern);
  if (breadth !== null) messages.push(`${place}: ${breadth}`);
  const anchor = misplacedAnchor(pattern);
  if (anchor !== null) messages.push(`${place}: ${anchor}`);
  if (/\\n|\n/.test(pattern))
    messages.push(`${place}: the pattern asks for a line end, and messages are single lines`);
  for (const { sources: of, text, what } of REMOVED) {
    if (sources.every((source) => of.includes(source)) && text.test(pattern)) {
      messages.push(`${place}: the pattern never matches, it asks for ${what}`);
    }
  }
  return messages;
}

function usesParam(rule: Rule, name: string): boolean {
  const templates = [
    rule.title,
    rule.diagnosis,
    rule.resolution,
    rule.long_term ?? '',
    ...rule.next_steps.flatMap((s) => [s.why, s.command]),
  ];
  const because = [...rule.refute, ...rule.weaken, ...rule.strengthen].map((judgement) => judgement.because);
  const prints = (text: string): boolean =>
    parseTemplate(text).parts.some((part) => typeof part !== 'string' && part.name === name);
  if ([...templates, ...because].some(prints)) return true;
  return [...conditionsOf(rule)].some(({ condition }) => {
    if (isFactCondition(condition)) return mentions(condition.where, `$${name}`);
    return (
      isLogCondition(condition) &&
      [
        condition.within,
        condition.spread,
        condition.recovered_by?.lasting,
        condition.beside?.within,
      ].includes(`$${name}`)
    );
  });
}

function mentions(value: unknown, text: string): boolean {
  if (value === text) return true;
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((inner) => mentions(inner, text))
  );
}
