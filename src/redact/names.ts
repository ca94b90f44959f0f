/**
 * Names that only their surroundings tell: of clusters, IAM roles, instance profiles, and hosts in the headers of
 * syslog lines. What is found in one place is replaced in all.
 */
import type { Pattern } from './pattern.js';

/** Names of the system's own parts, and words that stand in every report. */
const COMMON = new Set(
  (
    'default main local localhost node nodes cluster source destination bundle bundles pod pods eks aws vpc src dst ' +
    'table route host hosts eth0 kernel linux worker workers master control-plane admin administrator server client ' +
    'system kubernetes kubelet kube-proxy kube-system kube-public coredns containerd systemd docker aws-node ' +
    'aws-eks-nodeagent aws-vpc-cni vpc-cni amazon-vpc-cni eks-node eks-pod-identity-agent ebs-csi-controller ' +
    'cluster-admin view edit network firewall routing policy dns tls mtu application true false none null nil ' +
    'unknown info warn warning error debug fatal trace stdout stderr name names arn with for from the and not'
  ).split(' '),
);

/** Roles that AWS makes in every account. */
const OF_AWS = /^(?:AWSServiceRole|aws-service-role|AmazonEKS|AmazonEC2|AmazonSSM)/;

/** Characters of the longest host name; what is longer is no name. */
const MAX_NAME = 255;

/** A name that is somebody's own. */
export function isOwnName(name: string): boolean {
  if (name.length < 3 || name.length > MAX_NAME) return false;
  return !COMMON.has(name.toLowerCase()) && !OF_AWS.test(name) && !/^[\d.]+$/.test(name);
}

/** Not just a word of a sentence. */
const isOddName = (name: string): boolean =>
  isOwnName(name) && /[a-z][A-Z]|[A-Za-z]\d|[A-Za-z0-9][-_.][A-Za-z0-9]/.test(name);

const ROLE = String.raw`[A-Za-z0-9_+=,.@-]{1,63}[A-Za-z0-9_]`;
const EQUALS = String.raw`(?:\\{0,3}["'])?\s{0,3}[=:]\s{0,3}(?:\\{0,3}["'])?`;
const SLASH = '(?:/|%2[Ff])';

export const NAMED: readonly Pattern[] = [
  {
    kind: 'host',
    regex:
      /(?:cluster[_-]?name(?:\\{0,3}["'])?\s{0,3}[=:]\s{0,3}(?:\\{0,3}["'])?|kubernetes\.io\/cluster\/|--cluster(?:-name)?[ =])([A-Za-z0-9][A-Za-z0-9_-]{1,99})/gi,
    group: 1,
    accept: (v) => !/^(?:true|false|null|none|nil|\d{1,3})$/i.test(v),
  },
  {
    kind: 'role',
    regex: new RegExp(
      String.raw`(?<![A-Za-z0-9])(?:(?:iam|execution|instance|assumed?)[_ -]?role(?:[_ -]?name)?|(?:node|task|service)[_-]?role(?:[_-]?name)?|role[_-]?name|instance[_ -]?profile(?:[_ -]?name)?)${EQUALS}(${ROLE})`,
      'gi',
    ),
    group: 1,
    accept: isOwnName,
  },
  {
    kind: 'role',
    regex: new RegExp(
      `(?:security-credentials|assumed-role|instance-profile|service-role)${SLASH}(${ROLE})`,
      'g',
    ),
    group: 1,
    accept: isOwnName,
  },
  {
    kind: 'role',
    regex: new RegExp(
      String.raw`\b(?:iam role|instance profile|(?:execution|node|instance) role|assume role)\s{1,3}(?:named |called )?["'\x60]?(${ROLE})`,
      'gi',
    ),
    group: 1,
    accept: isOddName,
  },
  // What eksctl and CloudFormation call roles: `eksctl-shop-nodegroup-a-NodeInstanceRole-1OX…`.
  {
    kind: 'role',
    regex:
      /(?<![A-Za-z0-9-])(?:[A-Za-z0-9-]{0,60}(?:NodeInstanceRole|InstanceProfile|InstanceRole|NodeRole|ServiceRole|NodeGroupRole)-[A-Za-z0-9-]{1,63}|eksctl-[A-Za-z0-9]{1,40}-[A-Za-z0-9-]{1,80})/g,
  },
  // `May 17 09:31:22 shop-7 kubelet[2134]: …`.
  {
    kind: 'host',
    regex:
      /(?<![\w:.-])(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})?|\d{4}-\d\d-\d\dT[\d:.]{8,18}(?:Z|[+-]\d\d:?\d\d)) ([A-Za-z][A-Za-z0-9._-]{0,252}) [A-Za-z0-9._/()-]{1,60}(?:\[\d{1,10}\])?: /g,
    group: 1,
    accept: isOwnName,
  },
];

/** Names within ARNs, which stand outside of them too: they are learned and not replaced there. */
export const WITHIN_ARNS: readonly Pattern[] = [
  {
    kind: 'role',
    regex: new RegExp(
      `:(?:role|instance-profile|user)${SLASH}(?:[A-Za-z0-9_+=,.@-]{1,64}${SLASH}){0,4}(${ROLE})(?![A-Za-z0-9_+=,.@/%-])`,
      'g',
    ),
    group: 1,
    accept: isOwnName,
  },
  {
    kind: 'host',
    regex: /:eks:[a-z0-9-]{1,30}:\d{12}:cluster\/([A-Za-z0-9][A-Za-z0-9_-]{1,99})/g,
    group: 1,
    accept: isOwnName,
  },
];
