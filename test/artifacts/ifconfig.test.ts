import { describe, expect, it } from 'vitest';
import { parseIfconfig } from '../../src/artifacts/ifconfig.js';
import { IFCONFIG_NEW, IFCONFIG_OLD } from './samples.js';

describe('ifconfig', () => {
  it('reads the new format', () => {
    const parsed = parseIfconfig(IFCONFIG_NEW, 'n/ifconfig.txt');
    expect(parsed).toMatchObject({ understood: 4, notUnderstood: 0 });
    expect(parsed.value.map((it) => [it.name, it.mtu, it.loc.line])).toEqual([
      ['eni18582a65b10', 9001, 1],
      ['vlan.eth.1', 9001, 9],
      ['ens5', 9001, 12],
      ['lo', 65536, 18],
    ]);
    expect(parsed.value[0]).toEqual({
      name: 'eni18582a65b10',
      mac: 'aa:bb:cc:dd:ee:01',
      mtu: 9001,
      flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
      addresses: [{ address: 'fe80::a8bb:ccff:fedd:ee01', prefixLength: 64, family: 6 }],
      rxPackets: 11,
      txPackets: 7,
      rxErrors: 1,
      rxDropped: 2,
      txErrors: 0,
      txDropped: 3,
      txLoc: { file: 'n/ifconfig.txt', line: 7 },
      loc: { file: 'n/ifconfig.txt', line: 1 },
    });
    expect(parsed.value[2]!.addresses[0]).toEqual({ address: '10.0.1.5', prefixLength: 19, family: 4 });
    expect(parsed.value[3]!.mac).toBeNull();
  });

  it('reads the old format', () => {
    expect(parseIfconfig(IFCONFIG_OLD, 'f').value).toEqual([
      {
        name: 'eth0',
        mac: '0a:1b:2c:3d:4e:5f',
        mtu: 9001,
        flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
        addresses: [
          { address: '10.0.1.5', prefixLength: 24, family: 4 },
          { address: 'fe80::81b:2cff:fe3d:4e5f', prefixLength: 64, family: 6 },
        ],
        rxPackets: 68,
        txPackets: 100,
        rxErrors: 4,
        rxDropped: 2,
        txErrors: 0,
        txDropped: 5,
        txLoc: { file: 'f', line: 6 },
        loc: { file: 'f', line: 1 },
      },
    ]);
  });

  it('understands nothing of an error message', () => {
    expect(parseIfconfig('ifconfig: command not found\n', 'f')).toEqual({
      value: [],
      understood: 0,
      notUnderstood: 1,
    });
  });
});
