import { describe, expect, it } from 'vitest';
import { parseArchiveName, sanitizedBaseName } from '../../src/ingest/archive-name.js';
import { captureLabels, numbered } from '../../src/ingest/capture-labels.js';
import { formatBytes, printable } from '../../src/ingest/printable.js';

describe('parseArchiveName', () => {
  const ID = 'i-0a1b2c3d4e5f67890';
  const AT = Date.UTC(2024, 4, 17, 9, 31);
  const shell = { instanceId: ID, collectedAt: AT, collectorVersion: '0.7.8', maker: 'shell' };

  it.each([
    [`eks_${ID}_2024-05-17_0931-UTC_0.7.8.tar.gz`, shell],
    [`eks_${ID}_2024-05-17_0931-UTC_0.7.8`, shell],
    [`case 7 - eks_${ID}_2024-05-17_0931-UTC_0.7.8 (1).tar.gz`, shell],
    ['eks__2024-05-17_0931-UTC_0.7.8.tar.gz', { ...shell, instanceId: null }],
    [
      'eks_i-1a2b3c4d_2019-06-25_0931-UTC_0.5.1.tar.gz',
      { instanceId: 'i-1a2b3c4d', collectorVersion: '0.5.1' },
    ],
    ['eks_mi-0a1b2c3d4e5f67890_2024-05-17_0931-UTC_0.7.9.tar.gz', { instanceId: 'mi-0a1b2c3d4e5f67890' }],
    [`eks_${ID}_2024-13-17_0931-UTC_0.7.8.tar.gz`, { ...shell, collectedAt: null }],
    [`eks_${ID}_2024-02-30_0931-UTC_0.7.8.tar.gz`, { ...shell, collectedAt: null }],
    [
      `eks_${ID}_20240517T0931069658Z.zip`,
      { instanceId: ID, collectedAt: AT + 6965, collectorVersion: null },
    ],
    [
      `eks_${ID}_3f2a1b4c-9d8e-4f7a-8b6c-1a2b3c4d5e6f.tar.gz`,
      { instanceId: ID, collectedAt: null, maker: 'shell' },
    ],
    ['ip-10-0-1-5.ec2.internal-logs.tar.gz', { instanceId: null, maker: 'agent' }],
    ['bottlerocket-logs.tar.gz', { maker: null }],
    ['weeks_of_logs.tar.gz', { maker: null, instanceId: null }],
    [`weeks_${ID}_2024-05-17_0931-UTC_0.7.8.tar.gz`, { maker: null, collectedAt: null }],
    ['', { maker: null }],
  ])('%s', (name, expected) => {
    expect(parseArchiveName(name)).toMatchObject(expected);
  });

  it('makes ids of other names', () => {
    expect(sanitizedBaseName('my logs.tar.gz')).toBe('my-logs');
    expect(sanitizedBaseName('node-7-logs.tgz')).toBe('node-7');
    expect(sanitizedBaseName('\u001b[2J…')).toBe('2J');
    expect(sanitizedBaseName('..')).toBe('bundle');
    expect(sanitizedBaseName('x'.repeat(300))).toHaveLength(64);
  });
});

describe('printable', () => {
  it('escapes what a terminal or a reader could be fooled with', () => {
    expect(printable('a\u001b[31m\n\t\u0000\u007f\u009b')).toBe('a\\x1b[31m\\x0a\\x09\\x00\\x7f\\x9b');
    expect(printable('x\u202egnp.exe\u2028\ufeff\ud800')).toBe('x\\u202egnp.exe\\u2028\\ufeff\\ud800');
    expect(printable('größe-😀.log')).toBe('größe-😀.log');
  });

  it('cuts the middle of long names', () => {
    expect(printable(`start${'x'.repeat(1000)}end`)).toMatch(/^start.{95}….{97}end$/);
  });

  it('writes sizes', () => {
    expect([0, 1023, 1536, 4096 * 1024 * 1024].map(formatBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.5 KiB',
      '4 GiB',
    ]);
  });
});

describe('captureLabels', () => {
  const place = (path: string, shown: number) => ({ parts: path.split('/'), shown });

  it('shows as little as tells captures apart', () => {
    expect(
      captureLabels([
        place('data/n1/eth0.pcap', 1),
        place('data/n2/eth0.pcap', 1),
        place('data/n2/veth.pcap', 1),
      ]),
    ).toEqual(['n1/eth0.pcap', 'n2/eth0.pcap', 'veth.pcap']);
    expect(captureLabels([place('a/x/c.pcap', 1), place('b/x/c.pcap', 1), place('x/c.pcap', 1)])).toEqual([
      'a/x/c.pcap',
      'b/x/c.pcap',
      'x/c.pcap',
    ]);
  });

  it('numbers what has the same name to the last', () => {
    expect(captureLabels([place('stdin', 1), place('stdin', 1)])).toEqual(['stdin', 'stdin#2']);
    expect(numbered(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a#2', 'a#3']);
    expect(numbered(['a#2', 'a', 'a'])).toEqual(['a#2', 'a', 'a#3']);
  });
});
