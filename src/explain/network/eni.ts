/** Section `eni`: interfaces, ENIs, pods and allowances. */
import { interfaceKind, podName } from '../../facts/support/nodes.js';
import type { Eni, NodeFacts } from '../../model/node.js';
import { place, table } from './table.js';
import type { Cell, Table } from './types.js';

export function eniTables(node: NodeFacts): Table[] {
  return [enis(node), interfaces(node), pods(node), allowances(node)];
}

/** The interface an ENI is: by its MAC address in ipamd's log, else by the route table pods use. */
function deviceOf(node: NodeFacts, eni: Eni): string | null {
  for (const [mac, known] of node.identity.eniMacs ?? []) {
    if (known.id === eni.id) return node.interfaces.value.find((i) => i.mac === mac)?.name ?? null;
  }
  if (eni.primary) return node.identity.primaryInterface;
  const number = String(eni.routeTableId ?? eni.deviceNumber + 1);
  return node.routes.value.find((r) => r.table === number && r.prefixLength === 0)?.dev ?? null;
}

function enis(node: NodeFacts): Table {
  const rows = node.introspection.value.enis.map((eni): Cell[] => {
    const used = eni.addresses.filter((a) => a.assigned).length;
    const role = [eni.primary ? 'primary' : 'secondary', ...(eni.trunk ? ['trunk'] : [])].join(', ');
    const own = eni.primary ? 'main' : String(eni.routeTableId ?? eni.deviceNumber + 1);
    const prefixes = eni.hasPrefixes ? eni.cidrs.length : 0;
    return [
      eni.id,
      role,
      deviceOf(node, eni),
      eni.networkCard,
      eni.deviceNumber,
      own,
      eni.subnetId,
      used,
      eni.addresses.length,
      prefixes,
      place(eni.loc),
    ];
  });
  const columns = [
    'eni=ENI',
    'role',
    'interface',
    'network_card?=card',
    'device_number?=device',
    'table',
    'subnet?',
    'addresses_used=used',
    'addresses=known',
    'prefixes?',
    'evidence',
  ];
  return table('enis', 'ENIs, as ipamd knows them', columns, rows);
}

function interfaces(node: NodeFacts): Table {
  const rows = node.interfaces.value.map((i): Cell[] => {
    const addresses = i.addresses.map((a) => `${a.address}/${a.prefixLength}`).join(' ');
    const dropped =
      i.rxDropped === null && i.txDropped === null ? null : (i.rxDropped ?? 0) + (i.txDropped ?? 0);
    const errors = i.rxErrors === null && i.txErrors === null ? null : (i.rxErrors ?? 0) + (i.txErrors ?? 0);
    return [
      i.name,
      interfaceKind(node, i.name),
      i.mtu,
      i.flags.includes('UP') ? 'up' : 'down',
      addresses,
      i.mac,
      errors,
      dropped,
      place(i.loc),
    ];
  });
  return table(
    'interfaces',
    'interfaces that are up',
    ['interface', 'kind', 'mtu=MTU', 'state', 'addresses', 'mac?=MAC', 'errors?', 'dropped', 'evidence'],
    rows,
  );
}

function pods(node: NodeFacts): Table {
  const rows = node.pods.map((pod): Cell[] => [
    pod.ip,
    podName(pod),
    pod.veth,
    pod.vethFrom,
    pod.branchEni ? 'branch ENI' : pod.eniId,
    pod.deviceNumber,
    pod.table,
    place(pod.loc),
  ]);
  return table(
    'pods',
    'pods with an address of their own',
    [
      'ip=address',
      'pod',
      'veth',
      'veth_from?=known by',
      'eni=ENI',
      'device_number?=device',
      'table',
      'evidence',
    ],
    rows,
  );
}

function allowances(node: NodeFacts): Table {
  const rows = [...node.ethtool.value].flatMap(([name, counters]) =>
    [...counters]
      .filter(([counter]) => /_allowance_(?:exceeded|available)$/.test(counter))
      .map(([counter, { value, loc }]): Cell[] => [name, counter, value, place(loc)]),
  );
  return table(
    'allowances',
    'allowances of the instance, counted since the driver was loaded',
    ['interface', 'counter', 'value', 'evidence'],
    rows,
  );
}
