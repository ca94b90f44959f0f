import { describe, expect, it } from 'vitest';
import { pictureOf } from '../../src/report/html/picture-model.js';
import { renderText } from '../../src/report/text.js';
import { flow, fullDocument } from './support/documents.js';
import { SAMPLE_NAMES, sampleDocument } from './support/samples.js';

const counts = (
  packets: number,
  back: number,
): NonNullable<ReturnType<typeof flow>['points']['src_veth']> => ({
  packets,
  bytes: 0,
  return_packets: back,
  return_bytes: 0,
  first: null,
  last: null,
});

describe('pictureOf', () => {
  it('marks the loss and where packets were seen to travel', () => {
    const p = pictureOf(fullDocument());
    expect(p.stretches.map((s) => [s.segment, s.lost?.word ?? '', s.forward, s.back])).toEqual([
      ['src_pod', '', true, false],
      ['src_node', 'LOST HERE', false, false],
      ['vpc', '', false, false],
      ['dst_node', '', false, false],
      ['dst_pod', '', false, false],
    ]);
    expect(p.stretches[1]!.lost!.detail).toBe('on the way there, 10 of 10');
  });

  it('follows an answer that is lost in the VPC', () => {
    const d = fullDocument();
    const points = {
      src_veth: counts(3, 0),
      src_eth0: counts(3, 0),
      dst_eth0: counts(3, 2),
      dst_veth: counts(3, 2),
    };
    d.flows = [flow(1, { segment: 'vpc', direction: 'return', points, losses: [] })];
    d.packet_trace = { ...d.packet_trace, segment: 'vpc', direction: 'return' };
    const p = pictureOf(d);
    expect(p.stretches.map((s) => s.forward)).toEqual([true, true, true, true, true]);
    expect(p.stretches.map((s) => s.back)).toEqual([false, false, false, true, true]);
    expect(p.stretches[2]!.lost).toEqual({ word: 'LOST HERE', detail: 'on the way back' });
  });

  it('shows a Service: the pod at the end and the translation', () => {
    const p = pictureOf(fullDocument());
    expect(p.stations.at(-1)!.detail).toBe('10.36.118.76');
    expect(p.nat).toBe('NAT: 10.36.118.75:8080 becomes 10.36.118.76:9090');
  });

  it('has one stretch for both halves of a single node', () => {
    const d = { ...fullDocument(), traffic_path: 'same_node' as const };
    d.packet_trace = { ...d.packet_trace, segment: 'dst_node' };
    const p = pictureOf(d);
    expect(p.stations.map((s) => s.name)).toEqual(['source pod', 'src-veth', 'dst-veth', 'destination pod']);
    expect(p.stretches[1]!.lost?.word).toBe('LOST HERE');
  });
});

describe('renderText', () => {
  it.each([40, 80, 120, 160])('stays within %i columns, commands aside', (width) => {
    const d = fullDocument();
    const commands = d.next_steps.map((s) => s.command);
    const lines = renderText(d, { color: false, width }).split('\n');
    const wide = lines.filter(
      (l) => l.length > width && !commands.includes(l.trim()) && !/^ {2}[│╳]/.test(l),
    );
    expect(wide).toEqual([]);
  });

  it('has the sections in the order of all reports', () => {
    const heads = renderText(fullDocument(), { color: false, width: 80 })
      .split('\n')
      .filter((l) => /^[A-Z ()\d]+$/.test(l));
    expect(heads).toEqual([
      'PATH',
      'WHAT SPEAKS AGAINST IT',
      'FINDINGS (2)',
      'LAYERS',
      'FLOWS',
      'ERRORS AND WARNINGS IN THE LOGS',
      'COVERAGE',
      'NEXT STEPS',
    ]);
  });

  it.each(SAMPLE_NAMES)('says what is wrong, what to do and where on the first screen of %s', (name) => {
    const d = sampleDocument(name);
    const lines = renderText(d, { color: false, width: 80 }).split('\n');
    const screen = lines.slice(0, 27).join('\n');
    expect(screen.startsWith(d.diagnosis.category === 'none' ? '✓ ' : '✕ ')).toBe(true);
    expect(screen.includes('Do now')).toBe(d.diagnosis.category !== 'none');
    expect(screen).toMatch(/PATH\n {2}source pod[^]*\n {2}destination pod/);
    expect(lines.length).toBeLessThanOrEqual(100);
  });

  it('says once what is to be done now', () => {
    const d = fullDocument();
    const text = renderText(d, { color: false, width: 200 });
    expect(text.split(d.mitigation.immediate)).toHaveLength(2);
    expect(text).toContain(`Do now (F-001, yellow): ${d.mitigation.immediate}`);
    expect(text).toContain('fix (yellow): see above');
  });

  it('shows of a capture its point and how many packets, whatever the width', () => {
    const d = fullDocument();
    d.evidence[1]!.content = `source veth: tcp 10.36.26.63:52803 > 10.36.118.75:8080: ${'x'.repeat(90)}: 5 packets and 0 back`;
    const line = renderText(d, { color: false, width: 80 })
      .split('\n')
      .find((l) => l.endsWith(': 5 packets and 0 back'))!;
    expect(line).toMatch(/^ {5}src-veth {2}…/);
    expect(line).toHaveLength(80);
  });

  it('is without escape sequences unless colours are wanted', () => {
    expect(renderText(fullDocument(), { color: false, width: 80 })).not.toContain('\u001b');
    expect(renderText(fullDocument(), { color: true, width: 80 })).toContain('\u001b[');
  });
});
