import { describe, expect, it } from 'vitest';
import { hitLines } from '../../src/search/file-hits.js';
import { patternRows } from '../../src/search/pattern-rows.js';
import { search } from '../../src/search/search.js';
import { indexTexts } from '../index-store/support.js';
import { plainScan, regexTest } from './plain-scan.js';
import { RUNBOOK_QUERIES } from './runbook-queries.js';

const zap = (level: string, msg: string): string =>
  JSON.stringify({ level, ts: '2024-05-17T09:31:22.123Z', caller: 'x/y.go:12', msg });

const TEXTS = {
  'var_log/aws-routed-eni/ipamd.log': [
    zap('info', 'Starting aws-node version v1.18.1'),
    zap('error', 'ipamd failed: eni allocation error'),
    zap('debug', 'IP pool stats: Total IPs = 28, warm pool target 1, secondary IP 10.0.1.9'),
    zap('error', 'failed to find the link: veth not found for eni18582a65b10'),
    zap('debug', 'Successfully attached eni-0abc12de34f567890; eni attached'),
  ].join('\n'),
  'var_log/aws-routed-eni/network-policy-agent.log': [
    zap(
      'info',
      'Flow Info: Src IP: 10.0.1.9 Src Port: 40000 Dest IP: 10.0.2.7 Dest Port: 53 Proto UDP Verdict DENY',
    ),
    zap('info', 'no matches for kind policyendpoints: policyendpoints not found'),
    zap('error', 'ebpf map update error'),
  ].join('\n'),
  'networking/iptables-save.txt':
    '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -j REJECT\n-A FORWARD -m comment --comment "policy ACCEPT" -j ACCEPT\nCOMMIT\n',
  'networking/iproute.txt': 'blackhole 10.0.5.0/28\nunreachable 10.0.9.0/24\ndefault via 10.0.1.1 dev eth0\n',
  'kernel/dmesg.current': '[   12.5] nf_conntrack: nf_conntrack: table full, dropping packet\n',
  'var_log/messages':
    'May 17 09:31:22 host app: dial tcp 10.0.2.7:443: connect: connection refused\nMay 17 09:31:23 host app: i/o timeout, no route to host\nMay 17 09:31:23 host kubelet[1]: aws-node CrashLoopBackOff\n',
  'cni/env.txt':
    'ENABLE_POD_ENI=true\nAWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=false\nENABLE_PREFIX_DELEGATION=false\nsecurity group sg-0abc12de34f567890\n',
};

describe("the runbook's queries", () => {
  it.each(RUNBOOK_QUERIES)('%s finds what a plain scan finds', async (text) => {
    const { index } = await indexTexts(TEXTS);
    try {
      const result = await search(
        index,
        { text, regex: true, ignoreCase: false },
        { since: null, until: null },
      );
      const lines = result.hits.flatMap((of) =>
        [...hitLines(of)].map((line) => ({ file: of.file.index.path, line })),
      );
      expect(lines).toEqual(plainScan(TEXTS, regexTest(text)));
      const { rows } = await patternRows(index, result, 1000);
      expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
      for (const { example } of rows) expect(example.text).toMatch(new RegExp(text));
    } finally {
      await index.close();
    }
  });

  it('finds something for most of them in this text', async () => {
    const found = RUNBOOK_QUERIES.filter((text) => plainScan(TEXTS, regexTest(text)).length > 0);
    expect(found.length).toBeGreaterThan(18);
  });
});
