import { describe, expect, it } from 'vitest';
import { dnsMessage, udpPacket, type RecordInput } from '../support/pcap-writer.js';
import { alarms, at, check, inspect, parts } from './support.js';

const CLIENT = '10.0.1.7';
const SERVER = '172.20.0.10';

interface Dns {
  readonly id?: number;
  readonly type?: number;
  readonly rcode?: number;
  readonly sport?: number;
  readonly client?: string;
}

function ask(ms: number, name: string, o: Dns = {}): RecordInput {
  const payload = dnsMessage({ id: o.id ?? 1, name, qtype: o.type ?? 1 });
  return at(
    ms,
    udpPacket({ src: o.client ?? CLIENT, dst: SERVER, sport: o.sport ?? 40000, dport: 53, payload }),
  );
}

function answer(ms: number, name: string, o: Dns = {}): RecordInput {
  const payload = dnsMessage({
    id: o.id ?? 1,
    name,
    qtype: o.type ?? 1,
    response: true,
    rcode: o.rcode ?? 0,
  });
  return at(
    ms,
    udpPacket({ src: SERVER, dst: o.client ?? CLIENT, sport: 53, dport: o.sport ?? 40000, payload }),
  );
}

const END = ask(60_000, 'end.example', { id: 9999, sport: 9 });

describe('DNS', () => {
  it('pairs by identifier, question and five-tuple', async () => {
    const report = await inspect([
      ask(0, 'a.example'),
      ask(1, 'a.example', { sport: 40001 }),
      answer(2, 'b.example'),
      answer(3, 'A.example'),
      END,
    ]);
    const result = check(report, 'dns-unanswered');
    // The second question goes unanswered; the same name was resolved for another socket of the same asker.
    expect([parts(result), result.of]).toEqual([{ 'answered when asked again': 1 }, 2]);
    expect(result.explanation).toContain('1 answers belong to no question');
  });

  it('tells names that were never resolved from lost attempts, and does not judge the last second', async () => {
    const report = await inspect([
      ask(0, 'dead.example', { sport: 1 }),
      ask(5000, 'dead.example', { sport: 1 }),
      ask(100, 'retry.example', { sport: 2, id: 5 }),
      ask(5100, 'retry.example', { sport: 2, id: 5 }),
      answer(5101, 'retry.example', { sport: 2, id: 5 }),
      ask(59_500, 'late.example', { sport: 3 }),
      END,
    ]);
    const result = check(report, 'dns-unanswered');
    expect([parts(result), result.of]).toEqual([{ 'never answered': 1, 'answered when asked again': 1 }, 2]);
    expect(result.examples[0]!.text).toBe(
      'A dead.example asked 2 times, no answer in the 55.0 s that follow',
    );
    expect(parts(check(report, 'dns-race'))).toEqual({ 'timeout of 5 s': 2 });
    expect(parts(check(report, 'dns-slow'))).toEqual({ '5 s or more': 1 });
  });

  it('names a server that answers nothing although another one does', async () => {
    const other = '172.20.0.11';
    const silent = (ms: number, id: number, sport = 41000): RecordInput =>
      at(
        ms,
        udpPacket({
          ...{ src: CLIENT, dst: other, sport, dport: 53 },
          payload: dnsMessage({ id, name: 'shop.example', qtype: 1 }),
        }),
      );
    const good = [1, 2, 3].flatMap((id) => [
      ask(id * 100 + 50, 'shop.example', { id }),
      answer(id * 100 + 51, 'shop.example', { id }),
    ]);
    const three = await inspect([silent(100, 91), silent(200, 92), silent(300, 93), ...good, END]);
    expect(parts(check(three, 'dns-unanswered'))).toEqual({ 'to a silent server': 3 });
    expect(check(three, 'dns-unanswered').class).toBe('fault');
    const two = await inspect([silent(100, 91), silent(200, 92), ...good, END]);
    expect(parts(check(two, 'dns-unanswered'))).toEqual({ 'answered when asked again': 2 });
  });

  it('judges a question that is asked again until the capture ends', async () => {
    const report = await inspect([0, 5000, 10_000].map((ms) => ask(ms, 'dead.example')));
    expect(parts(check(report, 'dns-unanswered'))).toEqual({ 'never answered': 1 });
  });

  it('knows the race of A and AAAA by the one answer that comes at once', async () => {
    const raced = await inspect([
      ask(0, 'shop.svc'),
      ask(0.1, 'shop.svc', { type: 28, id: 2 }),
      answer(1, 'shop.svc'),
      ask(5005, 'shop.svc'),
      answer(5006, 'shop.svc'),
      ask(5007, 'shop.svc', { type: 28, id: 2 }),
      answer(5008, 'shop.svc', { type: 28, id: 2 }),
      END,
    ]);
    expect(parts(check(raced, 'dns-race'))).toEqual({ 'race of A and AAAA': 1 });
    expect(check(raced, 'dns-race').examples[0]!.text).toBe('AAAA shop.svc asked again after 5.01 s');
    const dead = await inspect([
      ask(0, 'shop.svc'),
      ask(0.1, 'shop.svc', { type: 28, id: 2 }),
      ask(5005, 'shop.svc'),
      ask(5005.1, 'shop.svc', { type: 28, id: 2 }),
      END,
    ]);
    expect(parts(check(dead, 'dns-race'))).toEqual({ 'timeout of 5 s': 2 });
  });

  it('counts errors by code, and the time to the answer', async () => {
    const report = await inspect([
      ask(0, 'a.example', { sport: 1 }),
      answer(1, 'a.example', { sport: 1, rcode: 2 }),
      ask(10, 'b.example', { sport: 2 }),
      answer(11, 'b.example', { sport: 2, rcode: 5 }),
      ask(20, 'c.example', { sport: 3 }),
      answer(1520, 'c.example', { sport: 3 }),
      END,
    ]);
    expect(parts(check(report, 'dns-error'))).toEqual({ SERVFAIL: 1, REFUSED: 1 });
    expect(check(report, 'dns-slow')).toMatchObject({ count: 1, of: 3, class: 'suspicious' });
    expect(check(report, 'dns-slow').explanation).toContain(
      'Half of the answers came within 1.0 ms, 95 % within 1.50 s',
    );
  });
});

describe('NXDOMAIN', () => {
  let port = 1000;
  const resolve = (ms: number, name: string, rcode: number, client = CLIENT): RecordInput[] => {
    const o = { sport: ++port, client };
    return [ask(ms, name, o), answer(ms + 1, name, { ...o, rcode })];
  };

  it('is normal on the way through a search list', async () => {
    const report = await inspect([
      ...resolve(0, 'www.example.com.shop.svc.cluster.local', 3),
      ...resolve(2, 'www.example.com.svc.cluster.local', 3),
      ...resolve(4, 'www.example.com.cluster.local', 3),
      ...resolve(6, 'www.example.com.eu-west-1.compute.internal', 3),
      ...resolve(8, 'www.example.com', 0),
      ...resolve(20, 'orders.pay.shop.svc.cluster.local', 3),
      ...resolve(22, 'orders.pay.svc.cluster.local', 0),
      ...resolve(30, 'Api.Example.net.ec2.internal', 3),
      ...resolve(32, 'api.example.net', 0),
    ]);
    const result = check(report, 'dns-nxdomain');
    expect([parts(result), result.class]).toEqual([{ 'search domain': 6 }, 'normal']);
    expect(alarms(report)).toEqual([]);
  });

  it('is suspicious when no form is resolved, or only for another asker or another service', async () => {
    const report = await inspect([
      ...resolve(0, 'typo.shop.svc.cluster.local', 3),
      ...resolve(2, 'typo.svc.cluster.local', 3),
      ...resolve(4, 'typo', 3),
      ...resolve(10, 'api.shop.svc.cluster.local', 3),
      ...resolve(12, 'api.pay.svc.cluster.local', 0),
      ...resolve(20, 'web.example.com.ec2.internal', 3),
      ...resolve(22, 'web.example.com', 0, '10.0.1.8'),
      END,
    ]);
    expect(parts(check(report, 'dns-nxdomain'))).toEqual({ 'name does not exist': 5 });
  });
});
