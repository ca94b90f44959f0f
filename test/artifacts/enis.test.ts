import { describe, expect, it } from 'vitest';
import { parseEnis } from '../../src/artifacts/enis.js';
import { ENIS_120, ENIS_16, ENIS_17, ENIS_19 } from './samples.js';

const ENI = 'eni-0a1b2c3d4e5f67890';
const ENI_2 = 'eni-0b1b2c3d4e5f67891';

describe('introspection of ENIs', () => {
  it.each([
    ['<= 1.6', ENIS_16],
    ['1.7-1.8', ENIS_17],
  ])('reads CNI %s', (_version, text) => {
    const { value, understood } = parseEnis(text, 'ipamd/enis.json');
    expect(understood).toBe(1);
    expect(value).toEqual({
      totalIps: 2,
      assignedIps: 1,
      enis: [
        {
          id: ENI,
          primary: true,
          trunk: false,
          networkCard: 0,
          deviceNumber: 0,
          routeTableId: null,
          subnetId: null,
          cidrs: ['10.0.1.9/32', '10.0.1.10/32'],
          hasPrefixes: false,
          addresses: [
            { address: '10.0.1.9', assigned: true, namespace: null, pod: null, unassignedAt: null },
            {
              address: '10.0.1.10',
              assigned: false,
              namespace: null,
              pod: null,
              unassignedAt: Date.UTC(2024, 4, 17, 9, 31, 22, 500),
            },
          ],
          loc: { file: 'ipamd/enis.json', line: 1 },
        },
      ],
    });
  });

  it('reads CNI 1.9-1.19: prefixes, masks, trunk; the last document counts', () => {
    const { value, note } = parseEnis(ENIS_19, 'f');
    expect(note).toBe('several documents: the last complete one counts');
    expect(value.totalIps).toBe(18);
    expect(value.enis.map((eni) => [eni.id, eni.cidrs, eni.hasPrefixes, eni.trunk, eni.loc.line])).toEqual([
      [ENI, ['10.0.1.9/32', '10.0.1.16/28'], true, false, 3],
      [ENI_2, ['10.0.1.40/32'], false, true, 11],
    ]);
    expect(value.enis[0]!.addresses).toEqual([
      { address: '10.0.1.9', assigned: true, namespace: 'shop', pod: 'cart-0', unassignedAt: null },
    ]);
  });

  it('reads CNI >= 1.20: network cards, tables, subnets; >= 1.23 with blanked ids is still assigned', () => {
    const { value } = parseEnis(ENIS_120, 'f');
    expect(value).toMatchObject({ totalIps: 4, assignedIps: 1 });
    expect(value.enis[0]).toMatchObject({ networkCard: 0, routeTableId: 254, subnetId: 'subnet-0a1b2c3d' });
    expect(value.enis[0]!.addresses[0]).toMatchObject({ assigned: true, pod: 'cart-0' });
    expect(value.enis[1]).toMatchObject({ id: ENI_2, networkCard: 1, routeTableId: 10101 });
  });

  it('takes the last complete document when the last one is cut', () => {
    const parsed = parseEnis(ENIS_17 + ENIS_17.slice(0, 100), 'f');
    expect(parsed.truncated).toBe(true);
    expect(parsed.value.enis[0]!.id).toBe(ENI);
  });

  it.each(['{"AvailableCommands":["/v1/enis"]}', '{"hello":{"world":1}}', 'Not Found\n', '[]'])(
    'understands nothing of %j',
    (text) => {
      const parsed = parseEnis(text, 'f');
      expect(parsed.understood).toBe(0);
      expect(parsed.value).toEqual({ totalIps: 0, assignedIps: 0, enis: [] });
    },
  );

  it('knows an empty pool from an unknown document', () => {
    expect(parseEnis('{"TotalIPs":0,"AssignedIPs":0,"ENIs":{}}', 'f').understood).toBe(1);
    expect(parseEnis('{"0":{"TotalIPs":0,"AssignedIPs":0,"ENIs":null}}', 'f').understood).toBe(1);
  });
});
