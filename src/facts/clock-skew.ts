import type { EvidenceItem } from '../model/rule.js';
import { defineFact, flag, known, number, oneOf, text, unknown } from './support/define.js';
import { fileEvidence } from './support/evidence.js';

const seconds = (ns: number): number => Math.round(ns / 1e6) / 1000;

/** Clocks that differ: between two captured nodes, and between a node and the API server. */
export const clockSkew = defineFact({
  name: 'clock_skew',
  description: 'Offset between the clocks of two nodes, or of a node and the API server.',
  fields: {
    from: oneOf(['trace', 'api-server'], 'matched packets, or the date header of its answers'),
    a: text('node'),
    b: text('the other node, or api-server'),
    offset_seconds: number('clock of b minus clock of a'),
    absolute_seconds: number('the same without sign'),
    bound_seconds: number('half width of the interval; null when one-sided'),
    one_sided: flag('traffic one way only: the offset is a bound, not an estimate'),
    drift_ppm: number('drift in parts per million'),
  },
  compute: (context) => {
    const instances = [];
    for (const clock of context.trace?.clocks ?? []) {
      if (clock.offsetNs === null) continue;
      const offset = seconds(clock.offsetNs);
      const evidence: EvidenceItem = {
        type: 'tcpdump_analyze',
        node: clock.b,
        file: null,
        line: null,
        time: null,
        content: `clock of ${clock.b} minus clock of ${clock.a}: ${String(offset)} s, from ${String(clock.matches)} matched packets`,
      };
      instances.push({
        node: clock.b,
        fields: {
          from: 'trace',
          a: clock.a,
          b: clock.b,
          offset_seconds: offset,
          absolute_seconds: Math.abs(offset),
          bound_seconds: clock.boundNs === null ? null : seconds(clock.boundNs),
          one_sided: clock.oneSided,
          drift_ppm: clock.driftPpm,
        },
        evidence: [evidence],
      });
    }
    for (const node of context.nodes) {
      const skew = node.apiServer.value.clockSkewSeconds;
      if (node.apiServer.state === 'missing' || skew === null) continue;
      instances.push({
        node: node.id,
        fields: {
          from: 'api-server',
          a: node.id,
          b: 'api-server',
          offset_seconds: -skew,
          absolute_seconds: Math.abs(skew),
          bound_seconds: 1,
          one_sided: false,
          drift_ppm: null,
        },
        evidence: [
          fileEvidence(
            node.id,
            node.apiServer.file,
            `the date header differs from the node's clock by ${String(skew)} s`,
          ),
        ],
      });
    }
    if (instances.length === 0 && context.trace === null && context.nodes.length === 0) {
      return unknown('neither captures nor bundles');
    }
    return known(instances);
  },
});
