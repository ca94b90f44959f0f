/** No addresses left. Facts: vpc-cni §9, signatures A. */
import { editEnis, fullPool } from '../introspection.js';
import { cni118, cni16, monitoringAgentLayout, primaryInterface } from '../layout.js';
import { fault, type Variant } from '../types.js';

const WAITING = (n: number): { namespace: string; name: string; uid: string; sandbox: string } => ({
  namespace: 'payments',
  name: `worker-6f7d9c8b5-${'abcdefghijklmnopqrst'[n % 20]!.repeat(5)}`,
  uid: `0f8c4a1e-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`,
  sandbox: n.toString(16).padStart(2, '0').repeat(32),
});
const NO_IP = 'failed to assign an IP address to container';

export const addressFaults: Variant[] = [
  fault({
    name: 'ip-exhaustion-subnet-late',
    why: 'The subnet runs out in the last four minutes; many pods wait.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion'],
    edit(node) {
      fullPool(node, { eniMax: 4, ipMax: 56, failures: 9 });
      node.spread(4, 0.3, 9, (m, n) => {
        node.ipamd(
          m,
          'error',
          'DataStore has no available IP/Prefix addresses',
          'datastore/data_store.go:607',
        );
        node.ipamd(
          m - 0.01,
          'error',
          'Returning failure response for AddNetwork: AssignPodIPAddress: no available IP/Prefix addresses',
          'rpc/rpc.pb.go:903',
        );
        node.plugin(m - 0.01, 'error', `Failed to assign an IP address to container ${WAITING(n).sandbox}`);
        node.sandboxFailed(m - 0.02, WAITING(n), NO_IP);
      });
      node.ipamd(
        3.5,
        'error',
        `Failed to allocate a private IP/Prefix addresses on ENI ${node.base.eni}: operation error EC2: AssignPrivateIpAddresses, https response error StatusCode: 400, RequestID: 1a2b, api error InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.`,
      );
    },
  }),
  fault({
    name: 'ip-exhaustion-node-limit-1.18',
    why: 'All interfaces and addresses of the instance type are in use and pods fail.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion'],
    edit(node) {
      cni118(node);
      fullPool(node, { eniMax: 1, ipMax: 3, failures: 16 });
      node.spread(40, 1, 16, (m) => {
        node.ipamd(m, 'debug', 'Skipping ENI allocation as the max ENI limit is already reached');
        node.ipamd(
          m - 0.01,
          'error',
          'assignPodIPv4AddressUnsafe: no available IP addresses',
          'datastore/data_store.go:748',
        );
        node.ipamd(
          m - 0.02,
          'info',
          'Send AddNetworkReply: IPv4Addr , IPv6Addr: , DeviceNumber: -1, err: assignPodIPv4AddressUnsafe: no available IP addresses',
          'rpc/rpc.pb.go:713',
        );
        node.sandboxFailed(m - 0.03, WAITING(1), NO_IP);
      });
    },
  }),
  fault({
    name: 'ip-exhaustion-docker-1.6',
    why: 'The same on Amazon Linux 2 with docker, in the words of that time.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion'],
    edit(node) {
      cni16(node);
      fullPool(node, { eniMax: 3, ipMax: 27, failures: 14 });
      node.spread(20, 1, 14, (m) => {
        node.ipamd(m, 'error', 'DataStore has no available IP addresses');
        node.ipamd(
          m - 0.01,
          'error',
          'Send AddNetworkReply: IPv4Addr , DeviceNumber: 0, err: assignPodIPv4AddressUnsafe: no available IP addresses',
        );
        node.kubelet(
          m - 0.02,
          'E',
          'kuberuntime_manager.go:662',
          'createPodSandbox for pod "cart-0_shop(9b0d)" failed: rpc error: code = Unknown desc = NetworkPlugin cni failed to set up pod "cart-0_shop" network: add cmd: failed to assign an IP address to container',
        );
      });
    },
  }),
  fault({
    name: 'ip-exhaustion-no-free-prefix',
    why: 'Prefix delegation finds no contiguous /28 and pods fail.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion', 'prefix-delegation-exhausted'],
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'ENABLE_PREFIX_DELEGATION=false',
        'ENABLE_PREFIX_DELEGATION=true',
      );
      fullPool(node, { eniMax: 4, ipMax: 224, failures: 11 });
      node.spread(22, 1, 11, (m, n) => {
        node.ipamd(
          m,
          'error',
          `Failed to allocate a private IP/Prefix addresses on ENI ${node.base.eni}: InsufficientCidrBlocks: The specified subnet does not have enough free cidr blocks to satisfy the request.\n\tstatus code: 400, request id: 77b0`,
        );
        node.ipamd(
          m - 0.01,
          'debug',
          'Recently we had InsufficientCidr error hence will wait for 2m0s before retrying',
        );
        node.ipamd(
          m - 0.02,
          'error',
          'DataStore has no available IP/Prefix addresses',
          'datastore/data_store.go:607',
        );
        node.sandboxFailed(m - 0.03, WAITING(n), NO_IP);
      });
    },
  }),
  fault({
    name: 'ip-exhaustion-runtime-logs-only',
    why: 'The log of ipamd has been rotated away; kubelet and containerd name the failure, the pool is full.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion'],
    edit(node) {
      monitoringAgentLayout(node);
      primaryInterface(node, 'ens5');
      fullPool(node, { eniMax: 4, ipMax: 56, failures: 15 });
      node.spread(18, 0.5, 15, (m, n) => node.sandboxFailed(m, WAITING(n), NO_IP));
    },
  }),
  fault({
    name: 'ip-exhaustion-eni-subnet-message',
    why: 'The attach step says the subnet is out; one pod retries for an hour.',
    expected: ['ip_exhaustion'],
    severe: ['ip-exhaustion'],
    edit(node) {
      fullPool(node, { eniMax: 4, ipMax: 56, failures: 20 });
      node.spread(42, 1, 10, (m) => {
        node.ipamd(
          m,
          'error',
          "Unable to attach IPs/Prefixes for the ENI, subnet doesn't seem to have enough IPs/Prefixes. Consider using new subnet or carve a reserved range using create-subnet-cidr-reservation",
        );
        node.ipamd(
          m - 0.01,
          'error',
          'AssignPodIPAddress: no available IP/Prefix addresses',
          'datastore/data_store.go:620',
        );
        node.sandboxFailed(m - 0.02, WAITING(3), NO_IP);
      });
    },
  }),
  fault({
    name: 'ip-exhaustion-in-metrics-and-pool',
    why: 'No line is left, but every address that the instance can have is taken and the failure counter has run up.',
    expected: ['ip_exhaustion'],
    severe: [],
    edit(node) {
      fullPool(node, { eniMax: 1, ipMax: 3, failures: 41 });
      editEnis(node, (card) => {
        card.TotalIPs = 3;
      });
    },
  }),
];
