/** Counters of an ENA card that never exceeded an allowance. Synthetic: a veth has no such counters. */

const ZERO = ['total_resets', 'reset_fail', 'tx_timeout', 'suspend', 'resume', 'wd_expired'];
const ALLOWANCES = [
  'bw_in_allowance_exceeded',
  'bw_out_allowance_exceeded',
  'pps_allowance_exceeded',
  'conntrack_allowance_exceeded',
  'linklocal_allowance_exceeded',
];
const QUEUE = {
  tx_cnt: 4254,
  tx_bytes: 907270,
  tx_queue_stop: 0,
  rx_cnt: 6873,
  rx_bytes: 643889,
  rx_drops: 0,
  rx_csum_bad: 0,
};

/** `ethtool -S` as the ENA driver prints it. */
export function networkInterfaceStatistics(name: string): string {
  const factor = name === 'eth0' ? 977 : 41;
  const lines: [string, number][] = [
    ...ZERO.map((key): [string, number] => [key, 0]),
    ['interface_up', 1],
    ['interface_down', 0],
    ['admin_q_pause', 0],
    ...ALLOWANCES.map((key): [string, number] => [key, 0]),
    ['conntrack_allowance_available', 136812],
    ...[0, 1].flatMap((queue) =>
      Object.entries(QUEUE).map(([key, value]): [string, number] => [
        `queue_${queue}_${key}`,
        value * (factor + queue),
      ]),
    ),
  ];
  return `NIC statistics:\n${lines.map(([key, value]) => `     ${key}: ${value}\n`).join('')}`;
}
