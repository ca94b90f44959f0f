/** All faults, the shipped samples first. */
import { anySllHealthy } from './any-sll-healthy.js';
import { anySllReturnLost } from './any-sll-return-lost.js';
import { anySll2Healthy } from './any-sll2-healthy.js';
import { anySll2Loss20 } from './any-sll2-loss-20.js';
import { anySll2VpcDrop } from './any-sll2-vpc-drop.js';
import { asymmetricReturn } from './asymmetric-return.js';
import { blackholeRoute } from './blackhole-route.js';
import { branchEniHealthy } from './branch-eni-healthy.js';
import { branchEniRuleMissing } from './branch-eni-rule-missing.js';
import { branchEniVpcDrop } from './branch-eni-vpc-drop.js';
import { bulkHealthy } from './bulk-healthy.js';
import { captureMisses } from './capture-misses.js';
import { captureMissesLoss10 } from './capture-misses-loss-10.js';
import { captureMissesOneWay } from './capture-misses-one-way.js';
import { connRefused } from './conn-refused.js';
import { fullConntrack } from './conntrack-full.js';
import { dnsServerSilent } from './dns-server-silent.js';
import { dstMissingPodRoute } from './dst-missing-pod-route.js';
import { dstPodSilent } from './dst-pod-silent.js';
import { duplicateHealthy } from './duplicate-healthy.js';
import { filterHostSnat, filterHostSnatDrop } from './filter-host-snat.js';
import { filterServicePort, filterServicePortDrop } from './filter-service-port.js';
import { forwardPolicyDrop } from './forward-policy-drop.js';
import { forwardRuleDrop } from './forward-rule-drop.js';
import { forwardRuleReject } from './forward-rule-reject.js';
import { geneveBlocked } from './geneve-blocked.js';
import { geneveHealthy } from './geneve-healthy.js';
import { geneveLoss20 } from './geneve-loss-20.js';
import { geneveSnap96Healthy } from './geneve-snap96-healthy.js';
import { healthy } from './healthy.js';
import { ipipBlocked } from './ipip-blocked.js';
import { ipipHealthy } from './ipip-healthy.js';
import { ipipLoss20 } from './ipip-loss-20.js';
import { ipv6Healthy } from './ipv6-healthy.js';
import { ipv6MtuBlackhole } from './ipv6-mtu-blackhole.js';
import { ipv6VpcDrop } from './ipv6-vpc-drop.js';
import { lateStart } from './late-start.js';
import { loss30Skew } from './loss-30-skew.js';
import { loss30SkewSnat } from './loss-30-skew-snat.js';
import { loss5 } from './loss-5.js';
import { mtuBlackhole } from './mtu-blackhole.js';
import { mtuBlackholeIcmpLost } from './mtu-blackhole-icmp-lost.js';
import { mtuBlackholeReturn } from './mtu-blackhole-return.js';
import { netpolEgressDeny } from './netpol-egress-deny.js';
import { netpolIngressDeny } from './netpol-ingress-deny.js';
import { noDstEth0 } from './no-dst-eth0.js';
import { nodeClientDrop } from './node-client-drop.js';
import { pcapngCaptureMisses } from './pcapng-capture-misses.js';
import { pcapngVpcDrop } from './pcapng-vpc-drop.js';
import { pmtudWorks } from './pmtud-works.js';
import { rateLimit } from './rate-limit.js';
import { rateLimitDstVeth } from './rate-limit-dst-veth.js';
import { rateLimitSrcNode } from './rate-limit-src-node.js';
import { reorderHealthy } from './reorder-healthy.js';
import { reorderLoss } from './reorder-loss.js';
import { returnPathLost } from './return-path-lost.js';
import { ringCaptures } from './ring-captures.js';
import { rotatedCaptures, rotatedCapturesLoss } from './rotated-captures.js';
import { routeLoop } from './route-loop.js';
import { rpFilterStrict } from './rp-filter-strict.js';
import { sameNodeDrop } from './same-node-drop.js';
import { sameNodeHealthy } from './same-node-healthy.js';
import { sameNodeLoss20 } from './same-node-loss-20.js';
import { secondaryEni } from './secondary-eni.js';
import { serviceDnat } from './service-dnat.js';
import { slowLineHealthy } from './slow-line-healthy.js';
import { snap64Healthy } from './snap64-healthy.js';
import { snap64VpcDrop } from './snap64-vpc-drop.js';
import { snap96GzipHealthy } from './snap96-gzip-healthy.js';
import { snap96Loss30 } from './snap96-loss-30.js';
import { snatRemote } from './snat-remote.js';
import { snatRemoteDrop } from './snat-remote-drop.js';
import { snatReturnLost } from './snat-return-lost.js';
import { udpFragmentsLost } from './udp-fragments-lost.js';
import { udpReturnLost } from './udp-return-lost.js';
import { unreachableRoute } from './unreachable-route.js';
import { vpcDrop } from './vpc-drop.js';
import { vpcReset } from './vpc-reset.js';
import { vpcResetMidstream } from './vpc-reset-midstream.js';
import { vxlanBlocked } from './vxlan-blocked.js';
import { vxlanHealthy } from './vxlan-healthy.js';
import { vxlanLoss20 } from './vxlan-loss-20.js';
import { vxlanSnap96Loss20 } from './vxlan-snap96-loss-20.js';
import type { Fault } from '../fault.js';

/** The cases that samples/ ships. */
export const SAMPLES: readonly Fault[] = [
  healthy,
  forwardPolicyDrop,
  blackholeRoute,
  vpcDrop,
  netpolIngressDeny,
  returnPathLost,
];

export const FAULTS: readonly Fault[] = [
  ...SAMPLES,
  forwardRuleDrop,
  forwardRuleReject,
  unreachableRoute,
  dstMissingPodRoute,
  netpolEgressDeny,
  connRefused,
  dstPodSilent,
  loss5,
  loss30Skew,
  mtuBlackhole,
  pmtudWorks,
  bulkHealthy,
  snatRemote,
  serviceDnat,
  sameNodeHealthy,
  sameNodeDrop,
  secondaryEni,
  lateStart,
  ipv6Healthy,
  ipv6VpcDrop,
  vxlanHealthy,
  vxlanBlocked,
  anySll2VpcDrop,
  pcapngVpcDrop,
  snap96GzipHealthy,
  noDstEth0,
  ipv6MtuBlackhole,
  loss30SkewSnat,
  sameNodeLoss20,
  udpReturnLost,
  vxlanLoss20,
  anySllHealthy,
  anySllReturnLost,
  anySll2Healthy,
  anySll2Loss20,
  captureMisses,
  captureMissesOneWay,
  fullConntrack,
  dnsServerSilent,
  mtuBlackholeIcmpLost,
  pcapngCaptureMisses,
  rateLimit,
  rotatedCaptures,
  rotatedCapturesLoss,
  routeLoop,
  snap64Healthy,
  snap64VpcDrop,
  snap96Loss30,
  snatRemoteDrop,
  snatReturnLost,
  vpcReset,
  vpcResetMidstream,
  reorderHealthy,
  duplicateHealthy,
  slowLineHealthy,
  reorderLoss,
  asymmetricReturn,
  rpFilterStrict,
  branchEniHealthy,
  branchEniVpcDrop,
  branchEniRuleMissing,
  ipipHealthy,
  ipipBlocked,
  ipipLoss20,
  geneveHealthy,
  geneveBlocked,
  geneveLoss20,
  rateLimitSrcNode,
  rateLimitDstVeth,
  udpFragmentsLost,
  geneveSnap96Healthy,
  vxlanSnap96Loss20,
  mtuBlackholeReturn,
  captureMissesLoss10,
  ringCaptures,
  nodeClientDrop,
  filterServicePort,
  filterHostSnat,
];

/** Made when they are named, and not part of the tests: alignment still gets them wrong (test/align/live-findings). */
export const OPEN_FAULTS: readonly Fault[] = [filterHostSnatDrop, filterServicePortDrop];
