import { describe, expect, it } from 'vitest';
import type { CaptureTable } from '../../src/model/capture.js';
import { layersOf } from '../../src/diagnose/layers.js';
import type { DiagnosisInput } from '../../src/diagnose/input.js';
import type { Question } from '../../src/facts/types.js';
import { NO_QUESTION } from '../../src/run.js';

const ORDER = ['dns', 'routing', 'node_firewall', 'network_policy', 'vpc', 'mtu', 'tls', 'application'];

/** One connection, of which packet 0 goes to the server and packet 1 comes back. */
const CONNECTION = {
  flows: [{ protocol: 6, a: '10.0.1.9', b: '10.0.2.7', aPort: 40_000, bPort: 8443 }],
  columns: { flow: Uint32Array.of(0, 0), way: Uint8Array.of(0, 1) },
} as unknown as Partial<CaptureTable>;

const asked = (src: string, dst: string): Question => ({
  ...NO_QUESTION,
  src: { ip: src, port: null },
  dst: { ip: dst, port: null },
});

function input(tables: readonly Partial<CaptureTable>[], question = NO_QUESTION): DiagnosisInput {
  return {
    context: { nodes: [], trace: null, question },
    tables: tables.map((t) => ({ dns: [], app: [], ...CONNECTION, ...t })),
    rules: [],
    results: { findings: [], skipped: [] },
  } as unknown as DiagnosisInput;
}

const row = (layer: string, tables: readonly Partial<CaptureTable>[], about?: Question): [string, string] => {
  const found = layersOf(input(tables, about), []).find((l) => l.layer === layer)!;
  return [found.result, found.verdict];
};
const question = { packet: 0, id: 7, response: false, rcode: 0, qname: 'a.example', qtype: 1 };

describe('layersOf', () => {
  it('leaves every layer open when nothing was collected, in order', () => {
    const rows = layersOf(input([]), []);
    expect(rows.map((r) => r.layer)).toEqual(ORDER);
    expect(rows.map((r) => r.result)).toEqual(ORDER.map(() => 'undecided'));
    expect(rows.every((r) => /Missing/.test(r.verdict))).toBe(true);
  });

  it('tells answered, refused and unanswered names apart', () => {
    const answer = { ...question, response: true };
    expect(row('dns', [{ dns: [question, answer] }])).toEqual(['ok', '1 DNS question answered.']);
    expect(row('dns', [{ dns: [question, { ...answer, rcode: 2 }] }])).toEqual([
      'failing',
      '1 answer SERVFAIL; 0 answered.',
    ]);
    expect(row('dns', [{ dns: [question] }])).toEqual([
      'undecided',
      '1 question without an answer in the captures; 0 answered.',
    ]);
  });

  it('takes a name that does not exist for an answer', () => {
    expect(row('dns', [{ dns: [question, { ...question, response: true, rcode: 3 }] }])[0]).toBe('ok');
  });

  it('looks at connections in question only', () => {
    const alert = { packet: 1, kind: 'tls-alert' as const, text: 'fatal handshake_failure' };
    const failed = { dns: [question, { ...question, response: true, rcode: 2 }], app: [alert] };
    const own = asked('10.0.1.9', '10.0.2.7');
    expect(row('tls', [failed], own)[0]).toBe('failing');
    expect(row('dns', [failed], own)[0]).toBe('failing');
    const other = asked('10.0.1.8', '10.0.2.8');
    expect(row('tls', [failed], other)[0]).toBe('undecided');
    expect(row('dns', [failed], other)).toEqual([
      'undecided',
      'Missing: DNS packets. Capture port 53 at the veth of the source pod.',
    ]);
  });

  it('tells handshakes from fatal alerts, and a hello without an answer', () => {
    const hello = { packet: 0, kind: 'tls-client-hello' as const, text: 'a.example' };
    const server = { packet: 1, kind: 'tls-server-hello' as const, text: 'TLS 1.3' };
    const alert = { packet: 1, kind: 'tls-alert' as const, text: 'fatal handshake_failure' };
    expect(row('tls', [{ app: [hello, server] }])[0]).toBe('ok');
    expect(row('tls', [{ app: [hello, alert] }])).toEqual([
      'failing',
      'The handshake is refused: fatal handshake_failure.',
    ]);
    expect(row('tls', [{ app: [hello] }])[0]).toBe('undecided');
    expect(row('tls', [{ app: [hello, server, { ...alert, text: 'warning close_notify' }] }])[0]).toBe('ok');
  });

  it('calls the application failing only when all of its answers are server errors', () => {
    const answer = (text: string): CaptureTable['app'][number] => ({
      packet: 0,
      kind: 'http-response',
      text,
    });
    expect(row('application', [{ app: [answer('200')] }])[0]).toBe('ok');
    expect(row('application', [{ app: [answer('404')] }])[0]).toBe('ok');
    expect(row('application', [{ app: [answer('200'), answer('503')] }])).toEqual([
      'undecided',
      '1 of 2 HTTP answers is a server error.',
    ]);
    expect(row('application', [{ app: [answer('503')] }])[0]).toBe('failing');
  });
});
