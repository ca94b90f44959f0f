import { describe, expect, it } from 'vitest';
import { parseIpSets, printIpSets } from '../../src/artifacts/ipset.js';

const LISTED = `Name: KUBE-CLUSTER-IP
Type: hash:ip,port
Revision: 7
Header: family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x3a2b7c11
Size in memory: 328
References: 3
Number of entries: 2
Members:
172.20.0.10,udp:53
172.20.0.1,tcp:443

`;
const SAVED = `create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x3a2b7c11
add KUBE-CLUSTER-IP 172.20.0.10,udp:53
create cali40all hash:net family inet6 hashsize 1024 maxelem 1048576 counters
add cali40all fd00::/8 packets 0 bytes 0
add cali40all fd00::7 nomatch
create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
add KUBE-NODE-PORT-TCP 30080
`;

describe('parseIpSets', () => {
  it('reads ipset --list', () => {
    const set = parseIpSets(LISTED, 'networking/ipset.txt').get('KUBE-CLUSTER-IP')!;
    expect([set.type, set.family, set.options.get('maxelem')]).toEqual(['hash:ip,port', 4, '65536']);
    expect(set.entries.map((e) => e.words)).toEqual([
      ['172.20.0.10', 'udp:53'],
      ['172.20.0.1', 'tcp:443'],
    ]);
  });

  it('prefers ipset --save, which follows it', () => {
    const sets = parseIpSets(LISTED + SAVED, 'f');
    expect([...sets.keys()]).toEqual(['KUBE-CLUSTER-IP', 'cali40all', 'KUBE-NODE-PORT-TCP']);
    expect(sets.get('KUBE-CLUSTER-IP')!.entries).toHaveLength(1);
    expect(sets.get('cali40all')).toMatchObject({ family: 6, type: 'hash:net' });
    expect(sets.get('cali40all')!.entries.map((e) => [e.words, e.nomatch])).toEqual([
      [['fd00::/8'], false],
      [['fd00::7'], true],
    ]);
    expect(sets.get('KUBE-NODE-PORT-TCP')!.family).toBeNull();
  });

  it('prints what it read', () => {
    expect(printIpSets(parseIpSets(SAVED, 'f'))).toBe(SAVED.replace(' packets 0 bytes 0', ''));
  });

  it('finds nothing in an empty file or a message', () => {
    expect(parseIpSets('', 'f').size).toBe(0);
    expect(parseIpSets('ipset not installed\n', 'f').size).toBe(0);
  });
});
