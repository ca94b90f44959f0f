import { describe, expect, it } from 'vitest';
import type { AnalysisDocument } from '../../src/model/document.js';
import { redactDocument, type RedactOptions } from '../../src/redact/index.js';
import { fullDocument } from '../report/support/documents.js';

/** One text, redacted as the summary of a document without any name of its own. */
function redact(text: string, options: RedactOptions = {}): string {
  const d = fullDocument();
  d.root_cause = '';
  d.diagnosis.summary = text;
  d.coverage.bundles = [];
  return redactDocument(d, options).document.diagnosis.summary;
}

describe('redactDocument', () => {
  it.each([
    ['role arn:aws:iam::123456789012:role/node, again', 'role arn-1, again'],
    ['arn:aws-cn:eks:cn-north-1:123456789012:cluster/x', 'arn-1'],
    ['account 123456789012 and 123456789012', 'account account-1 and account-1'],
    ['owner-id=210987654321', 'owner-id=account-1'],
    ['602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1', 'host-1/amazon-k8s-cni:v1'],
    ['node ip-10-0-1-9.eu-west-1.compute.internal (ip-10-0-1-9)', 'node host-1 (host-2)'],
    ['GET https://db.example.com:5432/x', 'GET https://host-1:5432/x'],
    ['lookup api.acme.svc.cluster.local: no such host', 'lookup host-1: no such host'],
    ['eni eni-0b3ce208059edec1f on i-0a13b2c3d4e5f6071', 'eni resource-1 on instance-1'],
    ['mail ops@example.com', 'mail email-1'],
    ['key AKIAIOSFODNN7EXAMPLE', 'key secret-1'],
    ['aws_secret_access_key = abcDEF123+/x', 'aws_secret_access_key = secret-1'],
    ['"password":"hunter22"', '"password":"secret-1"'],
    ['Authorization: Bearer abcdefgh.ijkl', 'Authorization: Bearer token-1'],
    ['t eyJhbGciOi.eyJzdWIi.c2ln end', 't token-1 end'],
    ['https://user:pa55@proxy:3128', 'https://secret-1@proxy:3128'],
    ['X-Amz-Signature=0123abcd&x=1', 'X-Amz-Signature=secret-1&x=1'],
    ['arn:aws-us-gov:iam::123456789012:role/x, arn:aws:iam::aws:policy/P', 'arn-1, arn-2'],
    ['arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fx&y', 'arn-1&y'],
    ['a%3A123456789012%3Ab and x\\n123456789012', 'a%3Aaccount-1%3Ab and x\\naccount-1'],
    ['eks_123456789012_a.pcap 1234-5678-9012', 'eks_account-1_a.pcap account-2'],
    ['ip-10-0-1-9.pcap eks_IP-10-0-1-9_eth0', 'host-1.pcap eks_host-1_eth0'],
    ['12 > 53: A? db.acme.bank. (30), lookup db.acme.horse on', '12 > 53: A? host-1. (30), lookup host-2 on'],
    ['u=https%3A%2F%2Fdb.example.com%2Fx', 'u=https%3A%2F%2Fhost-1%2Fx'],
    [
      'kubernetes.io/cluster/prod-7=owned cluster-name: "prod-7"',
      'kubernetes.io/cluster/host-1=owned cluster-name: "host-1"',
    ],
    ['{\\"password\\":\\"two words\\",\\"n\\":1}', '{\\"password\\":\\"secret-1\\",\\"n\\":1}'],
    ["DB_PASSWORD='p;s,s}w' x", "DB_PASSWORD='secret-1' x"],
    ['password%3Dhunt%25er&x=1', 'password%3Dsecret-1&x=1'],
    ['--bootstrap-token 07401b.f395accd246ae52d --v 5', '--bootstrap-token secret-1 --v 5'],
    ['redis://:se@cret@10.0.0.1:6379', 'redis://secret-1@10.0.0.1:6379'],
    ['client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURQ==', 'client-key-data: secret-1'],
    ['s wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY e', 's secret-1 e'],
    ['Set-Cookie: sid=abcd; Path=/', 'Set-Cookie: token-1'],
    ['glpat-abcdefghij1234567890 sk_live_abcdefghij123456', 'token-1 token-2'],
    ['52.94.1.1.443 > 52.94.1.1', 'public-ip-0.0.0.0.443 > public-ip-0.0.0.0'],
    ['eth0-52.94.1.1.pcap 52-94-1-1', 'eth0-public-ip-0.0.0.0.pcap public-ip-0.0.0.0'],
    ['addr:2600:1f14::5: down, 2600%3A1f14%3A%3A5', 'addr:public-ip6-::: down, public-ip6-::'],
    ['a\\n2600:1f14::5', 'a\\npublic-ip6-::'],
    ['::ffff:52.94.1.1', '::ffff:public-ip-0.0.0.0'],
    ['https://0123456789ABCDEF0123456789ABCDEF.gr7.eu-west-1.eks.amazonaws.com', 'https://host-1'],
    ['the password is hunter', 'the password is secret-1'],
    ['passphrase was "two words", again', 'passphrase was "secret-1", again'],
    ['using password hunter2 for db', 'using password secret-1 for db'],
    ['token: abcd', 'token: secret-1'],
    ['token: x7f', 'token: secret-1'],
    ['bearer token is 8d7-x', 'bearer token is secret-1'],
    ['password=abc&pwd=1', 'password=secret-1&pwd=secret-2'],
    ['{"pwd":"a","api_key":"xyz"}', '{"pwd":"secret-1","api_key":"secret-2"}'],
    ['--token abc --password x', '--token secret-1 --password secret-2'],
    ['curl -u admin:pw1 x', 'curl -u admin:secret-1 x'],
    ['Authorization: Basic YTpi', 'Authorization: Basic token-1'],
    ['iam/security-credentials/acme-nodes failed', 'iam/security-credentials/role-1 failed'],
    ['"InstanceProfileName":"acme-nodes"', '"InstanceProfileName":"role-1"'],
    ['node_role = AcmeNodes', 'node_role = role-1'],
    ['the IAM role acme-eks-nodes lacks it', 'the IAM role role-1 lacks it'],
    ['instance profile "acme_nodes"', 'instance profile "role-1"'],
    [
      'role eksctl-acme-nodegroup-a-NodeInstanceRole-1OX7 and AcmeNodeInstanceRole-Q1',
      'role role-1 and role-2',
    ],
    ['arn:aws:iam::123456789012:role/team/acme-nodes; acme-nodes may not', 'arn-1; role-1 may not'],
    ['arn:aws:sts::123456789012:assumed-role/acme-x/i-1 x', 'arn-1 x'],
    ['May 17 09:31:22 shop-7 kubelet[21]: shop-7 is up', 'May 17 09:31:22 host-1 kubelet[21]: host-1 is up'],
    ['2024-05-17T09:31:22+0000 wolke kernel: on wolke', '2024-05-17T09:31:22+0000 host-1 kernel: on host-1'],
    ['oidc.eks.cn-north-1.amazonaws.com.cn/id/0123456789ABCDEF0123456789ABCDEF', 'host-1/id/resource-1'],
  ])('%j is %j', (text, want) => {
    expect(redact(text)).toBe(want);
  });

  it.each([
    '10.0.1.9 169.254.169.254 127.0.0.1 0.0.0.0/0 224.0.0.1',
    'fe80::1 ::1 fd00:ec2::254',
    'networking/iptables-save.txt:14 ipamd.log v1.31.4-eks-aeac579 aws-node_x.tar.gz',
    'policyendpoints.networking.k8s.aws and crd.k8s.amazonaws.com',
    'kubernetes.default.svc.cluster.local',
    '2026-11-20T23:33:07.596920Z took 12:34:56 and 1234567890123 ns',
    'MAC ee:c0:41:a9:ed:6d is eni8cf67e7b1f1',
    'token=true password: <none>',
    'CNI v1.18.1.0 and 0b5f4c1e-1111-2222-3333-123456789012',
    'sha256:0f343b0931126a20f133d67c2b018a3b5f4c1e0f343b0931126a20f133d67c2b',
    '/var/log/pods/kube-system_aws-node-x7k2p_0b5f4c1e/aws-node/0.log',
    '--token-file /var/run/secrets/eks.amazonaws.com.d/token',
    'secretName: my-tls tokenreviews=12345',
    'policyendpoints.default.svc allow-dns-q7x2k.17f0c2a9',
    'token: unable to reach the API server; secret: not found; token: expired',
    'the token is expired, the secret is missing and the password is incorrect',
    'error getting token: Post "https://172.20.0.1": dial tcp: i/o timeout',
    'using password: YES password authentication failed',
    'secret "my-tls" not found, tokens: 12, max_token=30',
    'Bearer authentication and Basic auth, authorization mode=Webhook',
    'repair the IAM role or wait, an instance profile is attached',
    'node-role.kubernetes.io/control-plane and kubernetes.io/role=node role: leader',
    'roleRef system:node role/eks-node AWSServiceRoleForAmazonEKS',
    'docker run -u 1000:1000 journalctl -u kubelet: x',
    '2024-05-17T09:31:22Z INFO controller: msg, 2024-05-17T09:31:22Z stdout F x: y',
    'May 17 09:31:22 localhost kernel: eth0: link up',
    'exec kube-proxy --token-file=/x',
  ])('leaves %j', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps the structure of subnets', () => {
    expect(redact('52.94.133.131 52.94.133.130 52.94.133.128/25 52.94.0.0/16 8.8.8.8')).toBe(
      'public-ip-0.0.0.0 public-ip-0.0.0.1 public-ip-0.0.0.0/25 public-ip-0.0.0.0/16 public-ip-32.0.0.0',
    );
  });

  it('keeps ports beside addresses', () => {
    expect(redact('52.94.133.131:443 > [2600:1f14::5]:80')).toBe(
      'public-ip-0.0.0.0:443 > [public-ip6-::]:80',
    );
  });

  it('replaces private addresses when asked', () => {
    expect(redact('10.0.1.9 > 10.0.2.7:8080', { privateAddresses: true })).toBe(
      'private-ip-0.0.0.0 > private-ip-0.0.2.0:8080',
    );
  });

  it('replaces words whatever their case, the longest first', () => {
    expect(redact('Acme-shop of ACME', { words: ['acme', 'acme-shop'] })).toBe('word-1 of word-2');
  });

  it('finds words in names of files, whatever stands between their parts', () => {
    const words = ['Acme Shop', 'müller'];
    const text =
      'eks_acme-shop_1.tar.gz ACME_SHOP.pcap acmeshop/x Acme%20Shop.log mu\u0308ller.zip MÜLLER acme';
    expect(redact(text, { words })).toBe(
      'eks_word-1_1.tar.gz word-2.pcap word-3/x word-4.log word-5.zip word-6 acme',
    );
  });

  it('replaces the names that nodes give themselves wherever they stand, and a plain word where it is a node', () => {
    const d = fullDocument();
    d.coverage.bundles = [
      {
        ...d.coverage.bundles[0]!,
        id: 'payments',
        identity: { hostname: 'Karl7.corp.acme', cluster_name: 'blau' },
      },
    ];
    d.diagnosis.summary =
      'karl7 lost it; on payments, payments: no log; the payments pod of namespace payments, KARL7.CORP.ACME blau';
    d.findings[0]!.node = 'payments';
    d.evidence[0]!.file = 'payments/karl7_eth0.pcap';
    const out = redactDocument(d).document;
    const id = out.coverage.bundles[0]!.id;
    expect(id).toMatch(/^host-\d+$/);
    expect(out.findings[0]!.node).toBe(id);
    expect(out.diagnosis.summary).toMatch(
      /^host-\d+ lost it; on host-\d+, payments: no log; the payments pod of namespace payments, host-\d+ host-\d+$/,
    );
    expect(out.evidence[0]!.file).toMatch(/^host-\d+\/host-\d+_eth0\.pcap$/);
  });

  it('stands names of any number and length', () => {
    const d = fullDocument();
    const name = (n: number): string => `${n}.${'ab-'.repeat(84)}`;
    d.coverage.bundles = Array.from({ length: 100 }, (_, n) => ({
      ...d.coverage.bundles[0]!,
      id: name(n),
      identity: { hostname: 'a.'.repeat(n * 20), cluster_name: 'c'.repeat(n) },
    }));
    d.diagnosis.summary = `on ${name(3)}`;
    expect(redactDocument(d).document.diagnosis.summary).toMatch(/^on host-\d+$/);
  });

  it('takes a word as it is, not as a pattern', () => {
    expect(redact('a.c abc', { words: ['a.c'] })).toBe('word-1 abc');
  });

  it('does not touch what the program itself says', () => {
    const d = redactDocument(fullDocument(), {
      words: ['dropped', 'src', 'high', 'F-001', 'blackhole-route'],
    }).document;
    expect(d.flows[0]!.verdict).toBe('dropped');
    expect(d.packet_trace.drop_point).toBe('src_node_routing');
    expect(d.findings[0]!.severity).toBe('high');
    expect(d.rules![0]!.id).toBe(d.findings[0]!.rule);
  });

  it('gives the same value the same placeholder in all parts', () => {
    const d: AnalysisDocument = fullDocument();
    const out = redactDocument(d);
    const node = out.document.findings[0]!.node!;
    expect(node).toMatch(/^instance-\d+$/);
    expect(out.document.coverage.bundles[0]!.id).toBe(node);
    expect(out.document.coverage.bundles[0]!.input).toBe(`eks_${node}.tar.gz`);
    expect(out.map[node]).toBe('i-09413053e61582c7b');
  });
});
