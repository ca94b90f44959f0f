import { describe, expect, it } from 'vitest';
import { defaultDeny } from '../../src/facts/default-deny.js';
import { podIdentifiers } from '../../src/facts/support/isolation.js';
import { policyDeniedAnswers } from '../../src/facts/policy-denied-answers.js';
import { policyDeniedFlow } from '../../src/facts/policy-denied-flow.js';
import type { FactContext } from '../../src/facts/types.js';
import { ISOLATION_QUERY } from '../../src/facts/support/log-queries.js';
import {
  asks,
  at,
  context,
  dropped,
  fieldsOf,
  flow,
  instancesOf,
  logs,
  matches,
  node,
  ok,
  pod,
  record,
  trace,
  verdict,
} from './support.js';

const db = pod('10.0.1.9', { name: 'db-5c7f9b6d4-abcde' });
const nodeA = node({ pods: [db] });
const minute = 60_000;
const last = Date.UTC(2026, 10, 20, 22, 29);

describe('policy_denied_flow', () => {
  const judged = [
    'denials',
    'return_traffic',
    'accepted_after',
    'same_flow_accepted',
    'in_question',
    'delivered_in_trace',
  ];
  const plain = {
    denials: 3,
    return_traffic: false,
    accepted_after: false,
    same_flow_accepted: false,
    in_question: true,
    delivered_in_trace: false,
  };

  it('is not known where no agent log was read', () => {
    expect(policyDeniedFlow.compute(context({ nodes: [nodeA] })).known).toBe(false);
  });

  it('gives the tuple with its pods and times', () => {
    const [instance] = instancesOf(
      policyDeniedFlow,
      context({ nodes: [nodeA], logs: logs({ verdicts: [verdict()] }) }),
    );
    expect(instance?.fields).toEqual({
      src: '10.0.2.7',
      dst: '10.0.1.9',
      dport: 8080,
      to: '10.0.1.9 port 8080',
      protocol: 'tcp',
      direction: 'ingress',
      tier: 'NETWORK_POLICY',
      denials: 3,
      first_denial: '2026-11-20T22:25:00.000Z',
      last_denial: '2026-11-20T22:29:00.000Z',
      age_seconds: 60,
      accepted_after: false,
      same_flow_accepted: false,
      return_traffic: false,
      in_question: true,
      delivered_in_trace: false,
      trace_agrees: 'unknown',
      local_pod: 'shop/db-5c7f9b6d4-abcde',
      src_pod: null,
      dst_pod: 'shop/db-5c7f9b6d4-abcde',
    });
  });

  it('leaves a denial open that captures cannot show: they do not begin at the source pod', () => {
    const source = node({ pods: [pod('10.0.2.7')] });
    const healthy = flow({ src: { ip: '10.0.2.7', port: 1 }, dst: { ip: '10.0.1.9', port: 5 } });
    const judge = (seen: 'yes' | 'not_captured', nodes = [source]): unknown => {
      const plain = trace([healthy], { srcIp: '10.0.2.7' });
      const summary = {
        ...plain.summary,
        verdict: 'delivered' as const,
        seen: { ...plain.summary.seen, src_veth: seen },
      };
      const of = context({ nodes, trace: { ...plain, summary }, logs: logs({ verdicts: [verdict()] }) });
      return fieldsOf(policyDeniedFlow, of, ['in_question']);
    };
    expect(judge('not_captured')).toEqual([{ in_question: true }]);
    expect(judge('yes')).toEqual([{ in_question: false }]);
    // A client that is no pod of a node whose bundle was given sends from elsewhere.
    expect(judge('not_captured', [nodeA])).toEqual([{ in_question: false }]);
  });

  describe('of protocols without ports', () => {
    const echo = { src: { ip: '10.0.2.7', port: 59049 }, dst: { ip: '10.0.1.9', port: 59049 } };
    const ping = (protocol: 'icmp' | 'icmpv6'): FactContext['trace'] =>
      trace([dropped({ ...echo, protocol })]);
    const deny = (protocol: string): FactContext['logs'] =>
      logs({ verdicts: [verdict({ protocol, dport: 0, sports: [0] })] });
    const fields = ['in_question', 'dport', 'to', 'protocol'];

    it('knows that a ping was denied, whatever its identifier', () => {
      expect(
        fieldsOf(policyDeniedFlow, context({ trace: ping('icmp'), logs: deny('ICMP') }), fields),
      ).toEqual([{ in_question: true, dport: null, to: '10.0.1.9', protocol: 'icmp' }]);
    });

    it('takes a protocol that the agent cannot name for any without ports', () => {
      const judge = (protocol: 'icmpv6' | 'tcp', port: number): unknown => {
        const ends = { src: { ip: '10.0.2.7', port: 43211 }, dst: { ip: '10.0.1.9', port } };
        const flows = trace([dropped({ ...ends, protocol })]);
        return fieldsOf(policyDeniedFlow, context({ trace: flows, logs: deny('UNKNOWN') }), ['in_question']);
      };
      expect(judge('icmpv6', 59049)).toEqual([{ in_question: true }]);
      expect(judge('tcp', 8080)).toEqual([{ in_question: false }]);
    });

    it('does not take a denied connection for the ping, nor the other way round', () => {
      const tcp = logs({ verdicts: [verdict()] });
      expect(
        fieldsOf(policyDeniedFlow, context({ trace: ping('icmp'), logs: tcp }), ['in_question']),
      ).toEqual([{ in_question: false }]);
      const refused = context({
        trace: trace([dropped({ src: echo.src, dst: { ip: '10.0.1.9', port: 8080 } })]),
        logs: deny('ICMP'),
      });
      expect(fieldsOf(policyDeniedFlow, refused, ['in_question'])).toEqual([{ in_question: false }]);
    });

    it('sees that a ping is delivered, and never that a ping was let through before', () => {
      const delivered = context({ trace: trace([flow({ ...echo, protocol: 'icmp' })]), logs: deny('ICMP') });
      expect(fieldsOf(policyDeniedFlow, delivered, ['delivered_in_trace'])).toEqual([
        { delivered_in_trace: true },
      ]);
      const accept = verdict({
        verdict: 'ACCEPT',
        protocol: 'ICMP',
        dport: 0,
        sports: [0],
        last: last - 60 * minute,
      });
      const both = logs({ verdicts: [...deny('ICMP').verdicts, accept] });
      expect(fieldsOf(policyDeniedFlow, context({ logs: both }), ['same_flow_accepted'])).toEqual([
        { same_flow_accepted: false },
      ]);
    });
  });

  it('knows answers by their ports', () => {
    const answer = verdict({ src: '10.0.1.9', dst: '10.0.2.7', dport: 45182, sports: [5432] });
    expect(
      fieldsOf(policyDeniedFlow, context({ logs: logs({ verdicts: [answer] }) }), ['return_traffic']),
    ).toEqual([{ return_traffic: true }]);
  });

  it('does not take a service on a high port for an answer', () => {
    const request = verdict({ dport: 50051, sports: [43211, 51112] });
    expect(
      fieldsOf(policyDeniedFlow, context({ logs: logs({ verdicts: [request] }) }), ['return_traffic']),
    ).toEqual([{ return_traffic: false }]);
  });

  it('sees that it was accepted afterwards', () => {
    const accept = verdict({ verdict: 'ACCEPT', last: last + minute, sports: [50000] });
    expect(
      fieldsOf(policyDeniedFlow, context({ logs: logs({ verdicts: [verdict(), accept] }) }), judged),
    ).toEqual([{ ...plain, accepted_after: true }]);
  });

  it('sees late packets of flows that were accepted', () => {
    const accept = verdict({ verdict: 'ACCEPT', last: last - minute, sports: [43211, 43212, 50000] });
    expect(
      fieldsOf(policyDeniedFlow, context({ logs: logs({ verdicts: [verdict(), accept] }) }), judged),
    ).toEqual([{ ...plain, same_flow_accepted: true }]);
  });

  it('leaves an ACCEPT of the other direction out of it', () => {
    const egress = verdict({ verdict: 'ACCEPT', direction: 'egress', last: last + minute });
    expect(
      fieldsOf(policyDeniedFlow, context({ logs: logs({ verdicts: [verdict(), egress] }) }), judged),
    ).toEqual([plain]);
  });

  it('is in question only for the failing flow of the captures', () => {
    const failing = trace([
      dropped({ src: { ip: '10.0.2.7', port: 1 }, dst: { ip: '10.0.1.9', port: 8080 } }),
    ]);
    const other = verdict({ dport: 9090 });
    expect(
      fieldsOf(policyDeniedFlow, context({ trace: failing, logs: logs({ verdicts: [verdict(), other] }) }), [
        'dport',
        'in_question',
      ]),
    ).toEqual([
      { dport: 8080, in_question: true },
      { dport: 9090, in_question: false },
    ]);
  });

  it('matches egress denials of a cluster address with the flow as the client sent it', () => {
    const failing = trace([
      dropped({
        src: { ip: '10.0.1.9', port: 1 },
        dst: { ip: '172.20.0.7', port: 80 },
        translated: {
          src: { ip: '10.0.1.9', port: 1 },
          dst: { ip: '10.0.2.7', port: 8080 },
          inferred: false,
        },
      }),
    ]);
    const egress = verdict({ src: '10.0.1.9', dst: '172.20.0.7', dport: 80, direction: 'egress' });
    expect(
      fieldsOf(policyDeniedFlow, context({ trace: failing, logs: logs({ verdicts: [egress] }) }), [
        'in_question',
      ]),
    ).toEqual([{ in_question: true }]);
  });

  it('is out of question in a healthy trace, and known as delivered', () => {
    const healthy = trace([flow({ src: { ip: '10.0.2.7', port: 1 }, dst: { ip: '10.0.1.9', port: 8080 } })]);
    expect(
      fieldsOf(policyDeniedFlow, context({ trace: healthy, logs: logs({ verdicts: [verdict()] }) }), [
        'in_question',
        'delivered_in_trace',
      ]),
    ).toEqual([{ in_question: false, delivered_in_trace: true }]);
  });

  it('follows the question where there is no capture', () => {
    const of = (port: number) =>
      fieldsOf(
        policyDeniedFlow,
        context({ question: asks(null, '10.0.1.9', port), logs: logs({ verdicts: [verdict()] }) }),
        ['in_question'],
      );
    expect([of(8080), of(9090)]).toEqual([[{ in_question: true }], [{ in_question: false }]]);
  });
});

describe('policy_denied_answers', () => {
  it('sums answers of one server to one client over the ports', () => {
    const answer = (dport: number) =>
      verdict({ src: '10.0.1.9', dst: '10.0.2.7', dport, sports: [5432], count: 2, direction: 'egress' });
    const request = verdict({ verdict: 'ACCEPT', src: '10.0.2.7', dst: '10.0.1.9', dport: 5432 });
    expect(
      fieldsOf(
        policyDeniedAnswers,
        context({ logs: logs({ verdicts: [answer(45182), answer(45190), request, verdict()] }) }),
        ['server', 'server_port', 'client', 'denials', 'flows', 'request_accepted'],
      ),
    ).toEqual([
      {
        server: '10.0.1.9',
        server_port: 5432,
        client: '10.0.2.7',
        denials: 4,
        flows: 2,
        request_accepted: true,
      },
    ]);
  });

  it('takes tuples that the scan already gathered', () => {
    const gathered = verdict({
      returnTraffic: true,
      sport: 5432,
      dport: 45182,
      dports: [45182, 45190, 45200],
      sports: [5432],
      count: 9,
    });
    expect(
      fieldsOf(policyDeniedAnswers, context({ logs: logs({ verdicts: [gathered] }) }), [
        'server_port',
        'denials',
        'flows',
      ]),
    ).toEqual([{ server_port: 5432, denials: 9, flows: 3 }]);
  });
});

describe('default_deny', () => {
  const line = (message: string, fields: Record<string, string>, number: number) =>
    record({ message, fields, line: number, time: last + number * 1000 });
  const opens = (number: number, identifier = 'db-5c7f9b6d4-shop') =>
    line(
      `Total number of PolicyEndpoint resources for podIdentifier ${identifier} are 1`,
      { pod: identifier },
      number,
    );
  const denies = (number: number) => line('Default Deny enabled on Ingress', { deny: 'Ingress' }, number);
  const totals = (number: number, ingress: string) =>
    line(`Total no.of - ingressRules ${ingress} egressRules 0`, { ingress, egress: '0' }, number);
  const withLog = (records: ReturnType<typeof line>[], cut = false) =>
    context({ nodes: [nodeA], logs: logs({ matches: new Map([matches(ISOLATION_QUERY, records, cut)]) }) });

  it('strips the last part of the name, and dots', () => {
    expect(podIdentifiers(pod('10.0.0.1', { name: 'web-7d4b9c6f5d-x2.9z', namespace: 'shop' }))).toEqual([
      'web-7d4b9c6f5d@shop',
      'web-7d4b9c6f5d-shop',
    ]);
    expect(podIdentifiers(pod('10.0.0.1', { name: 'my.app-0', namespace: 'shop' }))[0]).toBe('my_app@shop');
  });

  it('takes the last state of the log', () => {
    expect(
      fieldsOf(defaultDeny, withLog([opens(1), totals(2, '0'), denies(3)]), [
        'pod_identifier',
        'direction',
        'from',
        'pods',
        'addresses',
        'in_question',
      ]),
    ).toEqual([
      {
        pod_identifier: 'db-5c7f9b6d4-shop',
        direction: 'ingress',
        from: 'log',
        pods: 1,
        addresses: '10.0.1.9',
        in_question: true,
      },
    ]);
  });

  it('is over when rules came later', () => {
    expect(instancesOf(defaultDeny, withLog([opens(1), denies(2), opens(3), totals(4, '2')]))).toEqual([]);
  });

  it('keeps pods apart', () => {
    const records = [opens(1), denies(2), opens(3, 'web-1-shop'), totals(4, '2')];
    expect(fieldsOf(defaultDeny, withLog(records), ['pod_identifier'])).toEqual([
      { pod_identifier: 'db-5c7f9b6d4-shop' },
    ]);
  });

  it('goes by the policy where no line names the pods', () => {
    const policy = (name: string, number: number) =>
      line(
        `Processing Policy Endpoint  Name: ${name} Namespace shop`,
        { policy: name, namespace: 'shop' },
        number,
      );
    const records = [
      policy('deny-all-x7k2p', 1),
      totals(2, '0'),
      denies(3),
      policy('allow-web-q2w3e', 4),
      totals(5, '2'),
    ];
    expect(fieldsOf(defaultDeny, withLog(records), ['pod_identifier', 'policy', 'subject', 'pods'])).toEqual([
      { pod_identifier: null, policy: 'shop/deny-all-x7k2p', subject: 'shop/deny-all-x7k2p', pods: 1 },
    ]);
  });

  it('is in question for the fitting end of the failing flow only', () => {
    const of = (src: string, dst: string) =>
      fieldsOf(
        defaultDeny,
        {
          ...withLog([opens(1), denies(2)]),
          trace: trace([dropped({ src: { ip: src, port: 1 }, dst: { ip: dst, port: 2 } })]),
        },
        ['in_question'],
      );
    expect(of('10.0.2.7', '10.0.1.9')).toEqual([{ in_question: true }]);
    expect(of('10.0.1.9', '10.0.2.7')).toEqual([{ in_question: false }]);
  });

  it('does not join records over a gap', () => {
    const records = [opens(1), denies(2), opens(3), totals(4, '3')];
    expect(instancesOf(defaultDeny, withLog(records, true))).toEqual([]);
  });

  const program = (maps: { name: string; id: number }[]) =>
    ok([
      {
        podIdentifier: 'db-5c7f9b6d4-shop',
        direction: 'ingress' as const,
        programId: 7,
        maps,
        loc: at('ebpf-data.txt'),
      },
    ]);
  const emptyMap = ok(
    new Map([[12, { id: 12, empty: true, entries: [], loc: at('networking/ebpf-maps-data.txt', 9) }]]),
  );

  it('reads an empty map as isolation in old agents', () => {
    const old = node({
      pods: [db],
      ebpfPrograms: program([{ name: 'ingress_map', id: 12 }]),
      ebpfMaps: emptyMap,
    });
    expect(fieldsOf(defaultDeny, context({ nodes: [old] }), ['from', 'direction'])).toEqual([
      { from: 'map', direction: 'ingress' },
    ]);
  });

  it('does not where a pod-state map decides', () => {
    const newer = node({
      pods: [db],
      ebpfPrograms: program([
        { name: 'ingress_map', id: 12 },
        { name: 'ingress_pod_state_map', id: 13 },
      ]),
      ebpfMaps: emptyMap,
    });
    expect(instancesOf(defaultDeny, context({ nodes: [newer] }))).toEqual([]);
  });

  it('reads denials of tier DEFAULT as strict mode without a policy', () => {
    const strict = context({
      nodes: [nodeA],
      logs: logs({ verdicts: [verdict({ tier: 'DEFAULT', count: 4 })] }),
    });
    expect(fieldsOf(defaultDeny, strict, ['pod_identifier', 'from', 'denied'])).toEqual([
      { pod_identifier: 'db-5c7f9b6d4@shop', from: 'verdict', denied: 4 },
    ]);
  });
});
