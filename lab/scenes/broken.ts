/** Real trouble, each of one kind: named by the check that it belongs to, and by no other. */
import type { Scene } from './scene.js';

export const brokenScenes: readonly Scene[] = [
  {
    name: 'refused',
    why: 'Nothing listens there.',
    client: { 'connection-refused': 'fault' },
    server: { 'connection-refused': 'fault' },
  },
  {
    name: 'port-scan',
    why: 'Sixty ports, one of them open: refusals, and no flood.',
    client: { 'connection-refused': 'fault' },
    server: { 'connection-refused': 'fault' },
  },
  {
    name: 'syn-scan',
    why: 'Half-open probes: the client resets the one answer.',
    client: { 'connection-refused': 'fault', 'handshake-unfinished': 'suspicious' },
    server: { 'connection-refused': 'fault', 'handshake-unfinished': 'suspicious' },
  },
  {
    name: 'syn-dropped',
    why: 'A firewall at the server drops the SYN and its repetitions: one attempt.',
    setup: ['ip netns exec {server} iptables -A INPUT -p tcp --dport 8089 -j DROP'],
    client: { 'handshake-unanswered': 'fault', retransmission: 'suspicious' },
    server: { 'handshake-unanswered': 'fault', retransmission: 'suspicious' },
  },
  {
    name: 'window-closed-long',
    why: 'The application does not read for seconds.',
    client: { 'zero-window': 'fault' },
    server: { 'zero-window': 'fault' },
  },
  {
    name: 'reset-after-exchange',
    why: 'The client ends its connections by resets.',
    client: { 'tcp-reset': 'suspicious' },
    server: { 'tcp-reset': 'suspicious' },
  },
  {
    name: 'server-resets-request',
    why: 'The server takes the request and resets.',
    client: { 'tcp-reset': 'fault', 'http-status': 'suspicious' },
    server: { 'tcp-reset': 'fault', 'http-status': 'suspicious' },
  },
  {
    name: 'keep-alive-into-nothing',
    why: 'The other side is gone, the probes tell.',
    client: { 'keep-alive': 'suspicious' },
    server: { 'keep-alive': 'suspicious' },
  },
  {
    name: 'dns-one-silent',
    why: 'One of two servers never answers.',
    client: { 'dns-unanswered': 'fault' },
    server: { 'dns-unanswered': 'fault' },
  },
  {
    name: 'tls-untrusted',
    why: 'The client does not know the authority.',
    client: { 'tls-alert': 'fault' },
    server: { 'tls-alert': 'fault' },
  },
  {
    name: 'arp-nobody-there',
    why: 'An address of the own subnet that nobody has.',
    client: { 'arp-unanswered': 'fault' },
  },
  {
    name: 'closed-udp-port',
    why: 'The host says that nothing listens there.',
    client: { 'icmp-error': 'fault' },
    server: { 'icmp-error': 'fault' },
  },
  {
    name: 'full-backlog',
    why: 'The accept queue is full: SYNs are repeated until there is room.',
    client: { retransmission: 'suspicious' },
    server: { retransmission: 'suspicious' },
  },
  {
    name: 'http-errors',
    why: 'Server errors.',
    client: { 'http-status': 'fault' },
    server: { 'http-status': 'fault' },
  },
  {
    name: 'http-error-later',
    why: 'The fifth answer on one connection is a server error.',
    client: { 'http-status': 'fault' },
    server: { 'http-status': 'fault' },
  },
  {
    name: 'path-mtu-silent',
    plays: 'stuck-bulk',
    why: 'Large packets die without a word.',
    client: { 'sent-in-vain': 'fault', retransmission: 'suspicious' },
    server: { 'no-data-after-handshake': 'suspicious' },
    setup: [
      'ip -n {router} route replace 10.9.2.2 dev s mtu 1300',
      'ip netns exec {router} iptables -A OUTPUT -p icmp -j DROP',
    ],
  },
  {
    name: 'loss',
    plays: 'small-bulk',
    why: 'One packet in twelve is lost both ways.',
    client: { retransmission: 'fault' },
    server: { retransmission: 'fault' },
    setup: [
      'ip netns exec {router} iptables -A FORWARD -m statistic --mode nth --every 12 --packet 5 -j DROP',
      'ip netns exec {client} ethtool -K eth0 tso off gso off',
      'ip netns exec {server} ethtool -K eth0 tso off gso off',
    ],
  },
  {
    name: 'late-frames-bulk',
    plays: 'small-bulk',
    why: 'One frame in four is late; nothing is lost.',
    client: { 'out-of-order': 'suspicious', retransmission: 'suspicious' },
    server: { 'out-of-order': 'suspicious', retransmission: 'suspicious' },
    cable: { delay: 0.002, reorder: 0.25, late: 0.004 },
  },
  {
    name: 'doubled-frames-bulk',
    plays: 'small-bulk',
    why: 'One frame in five comes twice; nothing is lost.',
    cable: { delay: 0.001, duplicate: 0.2 },
  },
];
