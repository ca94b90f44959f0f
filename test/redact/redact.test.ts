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
