import { describe, expect, it } from 'vitest';
import { parseEbpfMaps } from '../../src/artifacts/ebpf-maps.js';
import { parseEbpfPrograms } from '../../src/artifacts/ebpf-programs.js';
import { EBPF_MAPS_NEW, EBPF_MAPS_OLD, EBPF_PROGRAMS } from './samples.js';

describe('eBPF programs', () => {
  it('reads the last run, old and new words', () => {
    const { value, notUnderstood } = parseEbpfPrograms(EBPF_PROGRAMS, 'f');
    expect(notUnderstood).toBe(0);
    expect(value).toEqual([
      {
        podIdentifier: 'web-7d4b9c6f5d-shop',
        direction: 'ingress',
        programId: 57,
        maps: [
          { name: 'ingress_map', id: 226 },
          { name: '', id: 5 },
        ],
        loc: { file: 'f', line: 7 },
      },
      {
        podIdentifier: 'web-7d4b9c6f5d-shop',
        direction: 'egress',
        programId: 9,
        maps: [],
        loc: { file: 'f', line: 16 },
      },
    ]);
  });

  it('says why there is none', () => {
    const text = '*** aws-eks-na-cli/aws-eks-na-cli-v6 not present, skipping eBPF map collection ***\n';
    expect(parseEbpfPrograms(text, 'f')).toMatchObject({
      value: [],
      understood: 1,
      note: 'aws-eks-na-cli/aws-eks-na-cli-v6 not present, skipping eBPF map collection',
    });
    const failed = 'Failed to execute the cmd -  failed walking the bpfdirectory unable to get FD\n';
    expect(parseEbpfPrograms(failed, 'f')).toMatchObject({ understood: 0, notUnderstood: 1 });
  });
});

describe('eBPF maps', () => {
  it('reads the old form, numbers of protocols, empty maps, and passes over conntrack maps', () => {
    const { value, notUnderstood } = parseEbpfMaps(EBPF_MAPS_OLD.split('\n'), 'f');
    expect(notUnderstood).toBe(0);
    expect(value.get(226)).toEqual({
      id: 226,
      empty: false,
      entries: [
        {
          key: '10.0.2.0/24',
          protocol: 'TCP',
          startPort: 5432,
          endPort: 0,
          priority: null,
          loc: { file: 'f', line: 5 },
        },
        {
          key: '10.0.2.0/24',
          protocol: 'ANY PROTOCOL',
          startPort: 0,
          endPort: 0,
          priority: null,
          loc: { file: 'f', line: 11 },
        },
      ],
      loc: { file: 'f', line: 1 },
    });
    expect(value.get(5)).toMatchObject({ empty: false, entries: [] });
    expect(value.get(227)).toMatchObject({ empty: true, entries: [] });
  });

  it('reads the new form and the priorities of cluster policies', () => {
    const { value, notUnderstood } = parseEbpfMaps(EBPF_MAPS_NEW.split('\n'), 'f');
    expect(notUnderstood).toBe(0);
    expect(value.get(12)!.entries).toEqual([
      {
        key: '10.0.2.0/24',
        protocol: 'TCP',
        startPort: 8080,
        endPort: 8090,
        priority: null,
        loc: { file: 'f', line: 4 },
      },
    ]);
    expect(value.get(13)!.entries[0]).toMatchObject({ protocol: 'ANY PROTOCOL', priority: 505 });
  });

  it('lets the last run count', () => {
    const second = '*** EBPF Maps Data for Map ID 226 ***\nNo Entries found, Empty map\n';
    const { value } = parseEbpfMaps((EBPF_MAPS_OLD + second).split('\n'), 'f');
    expect([...value.keys()]).toEqual([226]);
    expect(value.get(226)).toMatchObject({ empty: true, entries: [], loc: { line: 25 } });
  });
});
