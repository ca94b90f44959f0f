/** Passwords, tokens and key material: by the name before them, by their own marks, by their looks. */
import { START, type Pattern } from './pattern.js';

const PASSWORD = 'pass(?:word|wd|phrase|code)|pwd';
/** Names of settings whose value is a secret. */
const SECRET_NAME = [
  `${PASSWORD}|secret(?:[_-]?(?:access[_-]?)?key)?|(?:api|private|access|auth|account)[_-]?key`,
  '(?:access|session|security|auth|bootstrap|bearer|refresh|id|metadata)[_-]?token|token',
  'key-data|certificate-authority-data|certificate-data|signature|credentials?|webhook[_-]?url',
].join('|');

const NO_VALUE = /^(?:true|false|null|none|nil|yes|no|on|off|<[^>]*>|[^A-Za-z0-9]+)$/i;
/** Amounts and states, which a count of tokens or secrets has. */
const AMOUNT = /^\d{1,3}$/;

/** Words that follow the name of a secret in a sentence and are none; errors of Go begin with some of them. */
const PROSE = new Set(
  (
    'a about absent access accepted again all already also always an and any are argument as at auth authentication ' +
    'authorization available be because been before being but by cached can cannot changed configured connection ' +
    'context correct could denied deprecated dial different disabled does empty enabled encrypted eof error exists ' +
    'expected expires expired expiring fail failed failure fetch fetched field file for forbidden format found from ' +
    'generated get given got had has have hidden http https i/o id if immutable in incorrect interface invalid io is ' +
    'issued it its kept key kubernetes length longer lookup malformed mandatory mismatch missing mode mounted must ' +
    'name names needed never no not now null of ok older on only open operation optional or out path permission ' +
    'policy post present projected provided put read redacted ref reference refresh refreshed refused rejected ' +
    'request required requested review revoked rotated rotation rpc safe same secret secrets serviceaccount set ' +
    'short should signed signature still stat storage stored string strong such supplied tcp than that the there ' +
    'this timeout tls to token tokens too type unable unauthorized unavailable unchanged undefined unexpected ' +
    'unknown unset unsupported unused update updated use used user using valid value verified volume was weak went ' +
    'were when will with without write wrong x509 you your'
  ).split(' '),
);

const isProse = (value: string): boolean => PROSE.has(value.toLowerCase().replace(/[.:!?…]+$/, ''));

const isValue = (value: string): boolean => !NO_VALUE.test(value);

const isPassword = (value: string): boolean => isValue(value) && !isProse(value);

const isSecret = (value: string): boolean => isPassword(value) && !AMOUNT.test(value);

/** More than a word of a sentence. */
const isOdd = (value: string): boolean =>
  isSecret(value) && !/^["']?[A-Za-z]?[a-z]+[.:!?]?["']?$/.test(value);

/** Letters of both cases and digits in a row, and no path. */
function isRandom(value: string): boolean {
  const slashes = value.split('/').length - 1;
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && /\d/.test(value) && slashes * 10 <= value.length;
}

/** Prefixes by which the issuers of tokens mark them. */
const MARKED_TOKEN = [
  'gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}',
  'xapp-[A-Za-z0-9-]{10,}|npm_[A-Za-z0-9]{30,}|dckr_pat_[A-Za-z0-9_-]{20,}|hv[sbr]\\.[A-Za-z0-9_-]{16,}',
  '[srp]k_(?:live|test)_[A-Za-z0-9]{16,}|sk-[A-Za-z0-9_-]{20,}|AIza[A-Za-z0-9_-]{30,}',
  'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}|k8s-aws-v1\\.[A-Za-z0-9_-]{10,}',
  // Session tokens of AWS, and those of the instance metadata service.
  '(?:IQoJb3JpZ2lu|FwoGZXIvYXdz|FQoGZXIvYXdz)[A-Za-z0-9/+=]{16,}|AQAE[A-Za-z0-9_-]{30,}={0,2}',
].join('|');

/** `name=value` and its forms within URLs, escaped JSON and YAML; the value is group 1. */
const assigned = (name: string): RegExp =>
  new RegExp(
    String.raw`(?:${name})(?:\\{0,3}["'])?\s{0,3}(?:[=:]|%3[DdAa])\s{0,3}(?:\\{0,3}["'])?((?:[^\s"',;&}\])\\%]|%(?!2[26Cc]|3[Bb]|7[Dd])|\\(?!["'nrt])){1,2000})`,
    'gi',
  );

/** `"password": "two words"`, also where the quotes are escaped because the whole stands in a JSON string; group 2. */
const quoted = (name: string): RegExp =>
  new RegExp(
    String.raw`(?:${name})(?:\\{0,3}["'])?\s{0,3}(?:[=:]|\bis\b|\bwas\b)\s{0,3}(\\{0,3}["'])([^\n]{1,500}?)\1`,
    'gi',
  );

/** `the password is hunter2`; group 1. */
const told = (name: string): RegExp =>
  new RegExp(String.raw`\b(?:${name})\s{1,3}(?:is|was|equals)\s{1,3}([^\s"',;]{1,200})`, 'gi');

export const SECRETS: readonly Pattern[] = [
  { kind: 'secret', regex: /-----BEGIN [A-Z ]{1,40}-----[^-]{0,10000}(?:-----END [A-Z ]{1,40}-----)?/g },
  // The same in base64, as kubeconfig files hold it.
  { kind: 'secret', regex: /LS0tLS1CRUdJTi[A-Za-z0-9+/=]{10,}/g },
  { kind: 'token', regex: /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*)?/g },
  {
    kind: 'token',
    regex: /\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:[A-Za-z]{1,20}(?:\s+|%20))([^\s"',;]{1,4000})/gi,
    group: 1,
    accept: isPassword,
  },
  {
    kind: 'token',
    regex: /\b(?:Bearer|Basic|Digest|Negotiate)(?:\s+|%20)([A-Za-z0-9._~+/=-]{8,})/gi,
    group: 1,
    accept: isPassword,
  },
  { kind: 'token', regex: /\b(?:set-)?cookie["']?:\s{0,3}([^\s"'][^"'\n]{3,2000})/gi, group: 1 },
  { kind: 'token', regex: new RegExp(`${START}(?:${MARKED_TOKEN})`, 'g') },
  {
    kind: 'secret',
    regex: /(?<![A-Z0-9])(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|AIPA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/g,
  },
  { kind: 'secret', regex: quoted(PASSWORD), group: 2, accept: isValue },
  {
    kind: 'secret',
    regex: quoted(SECRET_NAME),
    group: 2,
    accept: (v) => isValue(v) && !AMOUNT.test(v),
  },
  { kind: 'secret', regex: assigned(PASSWORD), group: 1, accept: isPassword },
  // `token: unable to reach …` is the end of one sentence and the beginning of another.
  {
    kind: 'secret',
    regex: new RegExp(
      String.raw`(?!(?:${SECRET_NAME})["']?: [A-Za-z]?[a-z]+[:,]? ["'A-Za-z(\[])${assigned(SECRET_NAME).source}`,
      'gi',
    ),
    group: 1,
    accept: isSecret,
  },
  { kind: 'secret', regex: told(PASSWORD), group: 1, accept: isPassword },
  { kind: 'secret', regex: told(SECRET_NAME), group: 1, accept: isOdd },
  {
    kind: 'secret',
    regex: /\b(?:password|passwd|passphrase|passcode)\s{1,3}["']?([^\s"',;:=]{1,200})/gi,
    group: 1,
    accept: isOdd,
  },
  // `--token abc` of a command line; as a separate word it needs the dashes.
  {
    kind: 'secret',
    regex: /--[a-z-]{0,40}(?:password|passwd|secret|token|key)\s{1,3}(?!-)([^\s"',;]{1,2000})/gi,
    group: 1,
    accept: (v) => isSecret(v) && !v.startsWith('/'),
  },
  // `curl -u name:secret`, but no numbers of user and group.
  {
    kind: 'secret',
    regex: /(?<!\S)(?:-u|--user)[ =]["']?[A-Za-z_][\w.@+-]{0,99}:([^\s"']{1,200})/g,
    group: 1,
    accept: (v) => !/^\d+$/.test(v),
  },
  { kind: 'secret', regex: /:\/\/([^\s/]{1,300})@/g, group: 1 },
  // Key material without a name: a secret access key, a line out of the middle of a PEM file.
  {
    kind: 'secret',
    regex: /(?<![A-Za-z0-9+/=_.-])[A-Za-z0-9+/]{40,}={0,2}(?![A-Za-z0-9+/=_])/g,
    accept: isRandom,
  },
  {
    kind: 'token',
    regex: /(?<![A-Za-z0-9.-])[a-z0-9]{6}\.[a-z0-9]{16}(?![A-Za-z0-9.-])/g,
    accept: (v) => /\d/.test(v.slice(7)) && /[a-z]/.test(v.slice(7)),
  },
];
