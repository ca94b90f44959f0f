import { describe, expect, it } from 'vitest';
import { parsePluginLog } from '../../src/artifacts/plugin-log.js';
import { standingWirings } from '../../src/node/cni.js';
import { PLUGIN_LOG, PLUGIN_LOG_SEE } from './samples.js';

const read = (...texts: string[]) =>
  parsePluginLog(texts.map((text, i) => ({ file: `plugin-${i}.log`, lines: text.split('\n') })));

describe('plugin.log', () => {
  it('joins interleaved calls by namespace and container, of newer and older forms', () => {
    const { value } = read(PLUGIN_LOG);
    expect(value.wirings.map((w) => [w.op, w.pod, w.ip, w.hostVeth, w.containerId, w.loc.line])).toEqual([
      ['add', 'web-1', '10.0.1.10', 'eni22222222222', 'bbbb02', 5],
      ['add', 'cart-0', '10.0.1.9', 'eni18582a65b10', 'aaaa01', 6],
      ['add', 'db-0', '10.0.64.77', 'vlan33333333333', 'cccc03', 8],
      ['del', 'cart-0', '10.0.1.9', 'eni18582a65b10', 'aaaa01', 9],
    ]);
    expect(value.wirings[0]!.time).toBe(Date.UTC(2024, 4, 17, 9, 31, 20, 121));
    expect(value.wirings.every((w) => w.namespace === 'shop')).toBe(true);
    expect(value.vpcCidrs).toEqual(['10.0.0.0/16', '100.64.0.0/10']);
  });

  it('removes what a DEL undid', () => {
    expect(standingWirings(read(PLUGIN_LOG).value.wirings).map((w) => w.pod)).toEqual(['web-1', 'db-0']);
  });

  it('keeps the veth of a pod whose namesake of an earlier sandbox is deleted late', () => {
    const lines = PLUGIN_LOG.split('\n');
    const again = lines.slice(0, 6).join('\n').replaceAll('aaaa01', 'eeee05').replaceAll('cni-1', 'cni-5');
    const { wirings } = read([...lines.slice(0, 8), again, lines[8]].join('\n')).value;
    expect(standingWirings(wirings).find((w) => w.hostVeth === 'eni18582a65b10')?.containerId).toBe('eeee05');
  });

  it('reads the oldest form, whose address stands in the response', () => {
    const { value } = read(PLUGIN_LOG_SEE);
    expect(value.wirings).toEqual([
      {
        namespace: 'shop',
        pod: 'cart-0',
        ip: '10.0.1.9',
        hostVeth: 'eni18582a65b10',
        containerId: 'dddd04',
        time: Date.UTC(2019, 7, 7, 2, 24, 4, 201),
        op: 'add',
        loc: { file: 'plugin-0.log', line: 3 },
      },
    ]);
    expect(value.vpcCidrs).toEqual(['10.0.0.0/16']);
  });

  it('joins calls over rotated files', () => {
    const lines = PLUGIN_LOG.split('\n');
    const { wirings } = read(lines.slice(0, 4).join('\n'), lines.slice(4).join('\n')).value;
    expect(wirings[1]).toMatchObject({ pod: 'cart-0', loc: { file: 'plugin-1.log', line: 2 } });
  });

  it('reads the struct form of an address', () => {
    const line = JSON.stringify({
      ts: '2026-11-20T20:58:28.274Z',
      msg: 'SetupPodNetwork: hostVethName=enif1a7680e6ff, contVethName=eth0, netnsPath=/n, ipAddr={IP:10.0.1.9 Mask:ffffffff}, routeTableNumber=0, mtu=9001',
    });
    expect(read(line).value.wirings[0]).toMatchObject({
      ip: '10.0.1.9',
      pod: null,
      hostVeth: 'enif1a7680e6ff',
    });
  });

  it('understands nothing of another file', () => {
    expect(read('hello\nworld').understood).toBe(0);
  });
});
