import type { Check } from '../types.js';
import { arpUnanswered } from './arp-unanswered.js';
import { bursts } from './bursts.js';
import { captureClock } from './capture-clock.js';
import { captureCopies } from './capture-copies.js';
import { captureDrops } from './capture-drops.js';
import { captureGaps } from './capture-gaps.js';
import { captureSnapLength } from './capture-snap-length.js';
import { connectionRefused } from './connection-refused.js';
import { dnsError } from './dns-error.js';
import { dnsNxdomain } from './dns-nxdomain.js';
import { dnsRace } from './dns-race.js';
import { dnsSlow } from './dns-slow.js';
import { dnsUnanswered } from './dns-unanswered.js';
import { duplicateAck } from './duplicate-ack.js';
import { fragments } from './fragments.js';
import { handshakeUnanswered } from './handshake-unanswered.js';
import { handshakeUnfinished } from './handshake-unfinished.js';
import { httpStatus } from './http-status.js';
import { icmpError } from './icmp-error.js';
import { keepAlive } from './keep-alive.js';
import { noData } from './no-data.js';
import { outOfOrder } from './out-of-order.js';
import { pathMtu } from './path-mtu.js';
import { portReuse } from './port-reuse.js';
import { retransmission } from './retransmission.js';
import { sentInVain } from './sent-in-vain.js';
import { tcpReset } from './tcp-reset.js';
import { tlsAlert } from './tls-alert.js';
import { tlsHandshake } from './tls-handshake.js';
import { topTalkers } from './top-talkers.js';
import { ttlLoop } from './ttl-loop.js';
import { zeroWindow } from './zero-window.js';

/** All checks, in the order of reports: connections, transport, network, applications, figures, the capture itself. */
export const ALL_CHECKS: readonly Check[] = [
  handshakeUnanswered,
  connectionRefused,
  handshakeUnfinished,
  noData,
  tcpReset,
  portReuse,
  retransmission,
  sentInVain,
  outOfOrder,
  duplicateAck,
  keepAlive,
  zeroWindow,
  icmpError,
  pathMtu,
  fragments,
  ttlLoop,
  arpUnanswered,
  dnsUnanswered,
  dnsError,
  dnsNxdomain,
  dnsSlow,
  dnsRace,
  tlsHandshake,
  tlsAlert,
  httpStatus,
  topTalkers,
  bursts,
  captureGaps,
  captureDrops,
  captureCopies,
  captureSnapLength,
  captureClock,
];
