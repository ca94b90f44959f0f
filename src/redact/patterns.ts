import type { Kind } from './placeholders.js';

/** Something to replace; `group` is the part that is the value, the whole match where absent. */
export interface Pattern {
  readonly kind: Kind;
  /** Global and sticky-free; written so that it runs in linear time. */
  readonly regex: RegExp;
  readonly group?: number;
  readonly accept?: (value: string) => boolean;
}

/** Endings of names that are the same in every cluster and on every machine. */
const COMMON_NAMES =
  /(?:^|\.)(?:k8s\.io|k8s\.aws|k8s\.amazonaws\.com|x-k8s\.io|kubernetes\.io|projectcalico\.org|cilium\.io|istio\.io|cni\.dev|github\.com|golang\.org|docs\.aws\.amazon\.com|oasis-open\.org|schemastore\.org|in-addr\.arpa|ip6\.arpa|us-gov)$/i;

/** Endings that make a dotted word a name of a host and not of a file or a program's part. */
const HOST_ENDING =
  /\.(?:com|net|org|io|dev|cloud|app|tech|ai|co|info|biz|gov|edu|mil|int|us|uk|de|fr|eu|nl|es|it|pl|se|no|fi|dk|ch|at|be|ie|jp|cn|kr|in|au|nz|ca|br|mx|za|sg|hk|tw|il|ae|tr|ru|ua|internal|local|lan|corp|intra|home|private|test|example)$/i;

/** Services that every cluster has. */
const CLUSTER_NAMES =
  /^(?:(?:kubernetes|kubernetes\.default|kube-dns|kube-dns\.kube-system|metrics-server\.kube-system)\.)?(?:default\.|kube-system\.)?(?:svc\.)?cluster\.local$/i;

function isHost(name: string): boolean {
  if (CLUSTER_NAMES.test(name)) return false;
  return HOST_ENDING.test(name) && !COMMON_NAMES.test(name);
}

/**
 * In order: what holds other kinds (an ARN holds an account) comes before them. Words that a person gave come first
 * of all and are not here.
 */
export const PATTERNS: readonly Pattern[] = [
  { kind: 'secret', regex: /-----BEGIN [A-Z ]{1,40}-----[^-]{0,10000}(?:-----END [A-Z ]{1,40}-----)?/g },
  { kind: 'token', regex: /\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)?/g },
  { kind: 'token', regex: /\b(?:Bearer|Basic)\s+([A-Za-z0-9._~+/=-]{8,})/gi, group: 1 },
  { kind: 'token', regex: /\bk8s-aws-v1\.[A-Za-z0-9_-]{10,}/g },
  {
    kind: 'token',
    regex: /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|xox[abprs]-[A-Za-z0-9-]{10,})/g,
  },
  { kind: 'secret', regex: /\b(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|AIPA|ABIA|ACCA)[A-Z0-9]{16}\b/g },
  {
    kind: 'secret',
    regex:
      /(?:password|passwd|pwd|secret|secret[_-]?(?:access[_-]?)?key|api[_-]?key|access[_-]?token|session[_-]?token|security[_-]?token|auth[_-]?token|bootstrap[_-]?token|private[_-]?key|signature|credential|token)["']?\s{0,3}[=:]\s{0,3}["']?([^\s"',;&}\])]{4,})/gi,
    group: 1,
    accept: (v) => !/^(?:true|false|null|none|nil|<[^>]*>|\*+|\d{1,3})$/i.test(v),
  },
  { kind: 'secret', regex: /:\/\/([^\s/@:]{1,200}:[^\s/@]{1,200})@/g, group: 1 },
  { kind: 'email', regex: /\b[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g },
  {
    kind: 'arn',
    regex: /\barn:aws[a-z-]{0,20}:[A-Za-z0-9-]{0,40}:[A-Za-z0-9-]{0,40}:\d{0,12}:[^\s"',;)\]}]{1,400}/g,
  },
  { kind: 'host', regex: /\bip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?:\.[A-Za-z0-9-]{1,63}){0,8}/g },
  { kind: 'host', regex: /\bec2-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}(?:\.[A-Za-z0-9-]{1,63}){0,8}/g },
  {
    kind: 'host',
    regex: /(?<![A-Za-z0-9.-])[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}(?![A-Za-z0-9-])/g,
    accept: isHost,
  },
  { kind: 'instance', regex: /(?<![A-Za-z0-9])m?i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![A-Za-z0-9])/g },
  {
    kind: 'resource',
    regex:
      /(?<![A-Za-z0-9])(?:eni|vpc|subnet|sg|sgr|acl|rtb|igw|nat|vpce|pcx|tgw|tgw-attach|eipalloc|eipassoc|vol|snap|ami|lt|r|fs|eigw|pl|dopt)-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![A-Za-z0-9])/g,
  },
  { kind: 'account', regex: /(?<![0-9A-Za-z.])\d{12}(?![0-9A-Za-z])(?!\.\d)/g },
];

/** What may be an address; the parser decides. Ports and brackets stay outside. */
export const ADDRESSES: readonly RegExp[] = [
  /(?<![0-9A-Za-z.-])\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![0-9A-Za-z]|\.\d)/g,
  /(?<![0-9A-Za-z:.])(?=[0-9a-fA-F]{0,4}:)[0-9a-fA-F:]{2,39}(?:\/\d{1,3})?(?![0-9A-Za-z:])/g,
];
