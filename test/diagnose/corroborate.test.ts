import { describe, expect, it } from 'vitest';
import { corroborate } from '../../src/diagnose/corroborate.js';
import type { NodeFacts } from '../../src/model/node.js';
import type { Trace } from '../../src/model/trace.js';
import { vpcNode } from '../explain/nodes.js';
import { count, dropped, sysctl, trace } from '../facts/support.js';

const STRICT = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.eth0.rp_filter': '0',
  'net.ipv4.conf.eth1.rp_filter': '1',
};

/** Answers that were seen at the source node's interface, come in by `arrivedBy`, and never reached the pod. */
function lostAnswers(arrivedBy?: string): Trace {
  const flow = dropped({
    src: { ip: '10.0.1.10', port: 43211 },
    dst: { ip: '10.0.2.10', port: 8080 },
    segment: 'src_node',
    direction: 'return',
    points: { src_veth: count(3), src_eth0: { ...count(3, 3), ...(arrivedBy ? { arrivedBy } : {}) } },
  });
  return trace([flow], {
    srcNode: 'node-a',
    dstNode: 'node-b',
    summary: { segment: 'src_node', direction: 'return', verdict: 'dropped' },
  });
}

describe('what the node itself would do with the packets that it loses', () => {
  const node: NodeFacts = vpcNode({ parts: { sysctl: sysctl(STRICT) } });

  it('is asked of the interface by which the captures show them to come in', () => {
    expect(corroborate([node], lostAnswers('eth1'))).toMatchObject({
      verdict: 'agrees',
      kind: 'rp_filter',
      node: 'node-a',
    });
    expect(corroborate([node], lostAnswers('eth0'))).toMatchObject({ verdict: 'contradicts' });
  });

  it('is asked of the interface of the pod where the captures do not show it', () => {
    expect(corroborate([node], lostAnswers())).toMatchObject({ verdict: 'contradicts' });
  });
});
