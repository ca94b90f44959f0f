import { NAMED } from './names.js';
import { START, type Pattern } from './pattern.js';
import { SECRETS } from './secrets.js';

/** Endings of names that are the same in every cluster and on every machine. */
const COMMON_NAMES =
  /(?:^|\.)(?:k8s\.io|k8s\.aws|k8s\.amazonaws\.com|x-k8s\.io|kubernetes\.io|projectcalico\.org|cilium\.io|istio\.io|cni\.dev|github\.com|golang\.org|docs\.aws\.amazon\.com|oasis-open\.org|schemastore\.org|in-addr\.arpa|ip6\.arpa|us-gov)$/i;

/** Endings that make a dotted word a name of a host and not of a file or a program's part. */
const HOST_ENDING = new RegExp(
  `\\.(?:${[
    'com net org io dev cloud app tech ai co info biz gov edu mil int us uk de fr eu nl es it pl se no fi dk ch at be',
    'ie jp cn kr in au nz ca br mx za sg hk tw il ae tr ru ua cz pt gr hu ro cl ar pe id my ph th vn me tv xyz',
    'internal local localdomain lan corp intra intranet home private test example consul',
    'systems shop store bank finance health online site global solutions digital agency software games team',
  ]
    .join(' ')
    .replaceAll(' ', '|')})$`,
  'i',
);

/** What a node's name in a name of a file is followed by. */
const FILE_ENDING = '(?:pcap|pcapng|cap|log|txt|json|yaml|tar|tgz|gz|zip)(?![A-Za-z0-9-])';

/** Services that every cluster has. */
const CLUSTER_NAMES =
  /^(?:(?:kubernetes|kubernetes\.default|kube-dns|kube-dns\.kube-system|metrics-server\.kube-system)\.)?(?:default\.|kube-system\.)?(?:svc\.)?cluster\.local$/i;

function isHost(name: string): boolean {
  if (CLUSTER_NAMES.test(name)) return false;
  return HOST_ENDING.test(name) && !COMMON_NAMES.test(name);
}

/** As `START`, where a dot or a dash before it makes it a part of something longer. */
const NAME_START = String.raw`(?:(?<![0-9A-Za-z.%-])(?<!%[0-9A-Fa-f])|(?<=%[0-9A-Fa-f]{2}|\\[nrt]|\[[0-9;]{1,8}m))`;

const COLON = '(?::|%3[Aa])';

/**
 * In order: what holds other kinds (an ARN holds an account) comes before them. Words that a person gave come first
 * of all and are not here.
 */
export const PATTERNS: readonly Pattern[] = [
  ...SECRETS,
  {
    kind: 'email',
    regex: /(?<![A-Za-z0-9._+-])[A-Za-z0-9._+-]{1,64}(?:@|%40)(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/g,
  },
  {
    kind: 'arn',
    regex: new RegExp(
      String.raw`${START}arn${COLON}aws[a-z-]{0,20}${COLON}[A-Za-z0-9-]{0,40}${COLON}[A-Za-z0-9-]{0,40}${COLON}(?:\d{12}|aws|\*)?${COLON}[^\s"'\\,;&)\]}]{1,400}`,
      'g',
    ),
  },
  ...NAMED,
  // The id in the address of a cluster's endpoint and OIDC issuer.
  {
    kind: 'resource',
    regex: /(?<![0-9A-Za-z])(?=[0-9A-F]{0,31}[A-F])(?=[0-9A-F]{0,31}\d)[0-9A-F]{32}(?![0-9A-Za-z.])/g,
  },
  {
    kind: 'host',
    regex: new RegExp(
      `${START}(?:ip|ec2)-\\d{1,3}(?:-\\d{1,3}){3}(?:\\.(?!${FILE_ENDING})[A-Za-z0-9-]{1,63}){0,8}`,
      'gi',
    ),
  },
  // What a resolver asks for is a name, whatever it ends in.
  {
    kind: 'host',
    regex:
      /\b(?:(?:A|AAAA|CNAME|HTTPS|MX|NS|PTR|SOA|SRV|TXT)(?:\?| IN)|lookup) {1,3}((?:[A-Za-z0-9_-]{1,63}\.){1,10}[A-Za-z0-9_-]{0,62}[A-Za-z])(?![A-Za-z0-9-])/g,
    group: 1,
    accept: (v) => !CLUSTER_NAMES.test(v) && !COMMON_NAMES.test(v),
  },
  {
    kind: 'host',
    regex: new RegExp(`${NAME_START}[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63}){1,10}(?![A-Za-z0-9-])`, 'g'),
    accept: isHost,
  },
  { kind: 'instance', regex: new RegExp(`${START}m?i-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-f])`, 'gi') },
  {
    kind: 'resource',
    regex: new RegExp(
      `${START}(?:eni|eni-attach|vpc|subnet|sg|sgr|acl|rtb|rtbassoc|igw|nat|vpce|pcx|tgw|tgw-attach|eipalloc|eipassoc|vol|snap|ami|lt|r|fs|eigw|pl|dopt|cagw|vgw|cgw|vpn)-(?:[0-9a-f]{17}|[0-9a-f]{8})(?![0-9a-f])`,
      'gi',
    ),
  },
  // The last part of a UUID can be twelve digits too.
  {
    kind: 'account',
    regex: new RegExp(
      `(?<!\\.)(?<![0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)${START}\\d{12}(?![0-9A-Za-z])(?!\\.\\d)`,
      'g',
    ),
  },
  { kind: 'account', regex: /(?<![0-9A-Za-z-])\d{4}-\d{4}-\d{4}(?![0-9A-Za-z-])/g },
];

/** A text that may be an address; the parser decides. Ports and brackets stay outside. */
export interface AddressPattern {
  readonly regex: RegExp;
  /** The usual spelling of what was found. */
  readonly plain: (text: string) => string;
}

const asIs = (text: string): string => text;

const BEFORE_IPV6 = String.raw`(?:(?<![0-9A-Za-z:.])|(?<=[g-zG-Z]:)|(?<=\\[nrt]))`;

export const ADDRESSES: readonly AddressPattern[] = [
  // A version such as `v1.18.1.0` is no address; the port after a dot is how tcpdump writes it.
  {
    regex: /(?<![0-9.])(?<!(?<![A-Za-z])v)\d{1,3}(?:\.\d{1,3}){3}(?:\/\d{1,2})?(?![0-9]|\.\d{1,3}\.)/g,
    plain: asIs,
  },
  {
    regex: /(?<![0-9A-Za-z.-])\d{1,3}(?:-\d{1,3}){3}(?![0-9A-Za-z-])/g,
    plain: (t) => t.replaceAll('-', '.'),
  },
  {
    regex: new RegExp(
      String.raw`${BEFORE_IPV6}(?=[0-9a-fA-F]{0,4}:)(?:[0-9a-fA-F:]{1,38}[0-9a-fA-F]|[0-9a-fA-F:]{0,37}::)(?:\/\d{1,3})?(?![0-9A-Za-z])`,
      'g',
    ),
    plain: asIs,
  },
  {
    regex: /(?<![0-9A-Za-z])(?:[0-9a-fA-F]{0,4}%3[Aa]){2,7}[0-9a-fA-F]{0,4}(?![0-9A-Za-z%])/g,
    plain: (t) => t.replace(/%3a/gi, ':'),
  },
];
