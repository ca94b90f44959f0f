/** aws-node and ipamd that fail. Facts: vpc-cni §9, signatures A. */
import { logrus } from '../../logs/clock.js';
import { ipamdSilent } from '../introspection.js';
import { cni118, cni16, cniVersion, monitoringAgentLayout, withoutMessages } from '../layout.js';
import type { VariantNode } from '../node.js';
import { fault, type Variant } from '../types.js';

const UNAVAILABLE =
  'Error received from AddNetwork grpc call for containerID x: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:50051: connect: connection refused"';

function crashLoop(node: VariantNode, minutes: number, backoff = '5m0s'): void {
  node.kubelet(
    minutes,
    'E',
    'pod_workers.go:1301',
    `"Error syncing pod, skipping" err="failed to \\"StartContainer\\" for \\"aws-node\\" with CrashLoopBackOff: \\"back-off ${backoff} restarting failed container=aws-node pod=aws-node-hzhjr_kube-system(69c7c2ee-90d6-4e9f-a383-f7fea29726f0)\\"" pod="kube-system/aws-node-hzhjr" podUID="69c7c2ee-90d6-4e9f-a383-f7fea29726f0"`,
  );
}

function restarted(node: VariantNode, count: number): void {
  for (const path of node.paths(/^var_log\/kube-system_aws-node-[^/]*\/aws-node\/0\.log$/)) {
    node.write(path.replace('/0.log', `/${count}.log`), node.read(path));
    node.tree.delete(path);
  }
}

export const cniFaults: Variant[] = [
  fault({
    name: 'aws-node-panic-restarts',
    why: 'aws-node panics at start, seven times.',
    expected: ['aws_node_crash'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      restarted(node, 7);
      ipamdSilent(node);
      for (const text of [
        'panic: runtime error: invalid memory address or nil pointer dereference',
        '[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x1b4f2c8]',
        'goroutine 1 [running]:',
        'github.com/aws/amazon-vpc-cni-k8s/pkg/ipamd.(*IPAMContext).nodeInit(0xc0003a6000)',
      ])
        node.container('aws-node', 'aws-node', 3, 'stderr', text);
      node.spread(20, 2, 6, (m) => crashLoop(node, m));
    },
  }),
  fault({
    name: 'aws-node-entrypoint-timeout-1.11',
    why: 'The old entrypoint gives up waiting for ipamd, again and again.',
    expected: ['aws_node_crash'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      cni118(node, 'v1.11.4');
      ipamdSilent(node);
      node.spread(28, 3, 5, (m) => {
        const entry = (msg: string): string =>
          JSON.stringify({ level: 'info', ts: node.ago(m).toISOString(), caller: 'entrypoint.sh', msg });
        node.container('aws-node', 'aws-node', m, 'stdout', entry('Retrying waiting for IPAM-D'));
        node.container(
          'aws-node',
          'aws-node',
          m,
          'stdout',
          entry('Timed out waiting for IPAM daemon to start:'),
        );
        crashLoop(node, m - 0.5, '2m40s');
      });
    },
  }),
  fault({
    name: 'aws-node-starts-repeatedly-agent-layout',
    why: 'Six starts of ipamd, each ended by an initialization failure; the plugin finds nobody at the port.',
    expected: ['aws_node_crash', 'ipamd_error'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      monitoringAgentLayout(node);
      withoutMessages(node);
      node.spread(30, 4, 6, (m) => {
        node.ipamd(m, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
        node.ipamd(
          m - 0.3,
          'error',
          'Initialization failure: ipamd init: failed to retrieve attached ENIs info: Could not get interfaces from IMDS',
          'aws-k8s-agent/main.go:53',
        );
        node.plugin(m - 0.4, 'error', UNAVAILABLE);
      });
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T23:[0-3]/);
    },
  }),
  fault({
    name: 'aws-node-crash-kubelet-only',
    why: 'Only the journal and the empty introspection speak of it; the container logs are old.',
    expected: ['aws_node_crash'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      ipamdSilent(node);
      node.remove(/^var_log\/(kube-system_)?aws-node-/);
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T23:[123]/);
      node.spread(22, 1, 9, (m) => crashLoop(node, m));
    },
  }),
  fault({
    name: 'ipamd-socket-refused-1.23',
    why: 'From 1.23 on the plugin talks through a unix socket; nobody listens for twenty minutes.',
    expected: ['ipamd_error'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      cniVersion(node, 'v1.23.0');
      const reason =
        'Error received from AddNetwork gRPC call: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /var/run/aws-node/ipamd.sock: connect: connection refused"';
      node.spread(20, 1, 14, (m) => {
        node.plugin(m, 'error', reason);
        node.sandboxFailed(m, node.base.pods[0], reason);
      });
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T23:(1[3-9]|[23])/);
    },
  }),
  fault({
    name: 'ipamd-not-authorized-to-create-eni',
    why: 'The role lacks CreateNetworkInterface and AssignPrivateIpAddresses and the pool is starved.',
    expected: ['ipamd_error'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      node.spread(26, 2, 12, (m) => {
        node.ipamd(
          m,
          'error',
          'Failed to CreateNetworkInterface operation error EC2: CreateNetworkInterface, https response error StatusCode: 403, RequestID: 6c1f0d32-3a0e-4c27-a0a5-6d1f3d1d41b7, api error UnauthorizedOperation: You are not authorized to perform this operation.',
          'awsutils/awsutils.go:912',
        );
        node.ipamd(
          m - 0.05,
          'error',
          'Failed to increase pool size due to not able to allocate ENI AllocENI: error attaching ENI',
        );
      });
      node.metric('awscni_ipamd_error_count{fn="increaseIPPoolAllocENIFailed"}', 12);
      node.metric(
        'awscni_aws_api_error_count{api="CreateNetworkInterface",error="UnauthorizedOperation"}',
        12,
      );
    },
  }),
  fault({
    name: 'ipamd-api-server-unreachable-logrus',
    why: 'ipamd never gets through to the API server; the container keeps waiting.',
    expected: ['ipamd_error'],
    severe: ['aws-node-unhealthy', 'api-server-unreachable'],
    edit(node) {
      ipamdSilent(node);
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T23:[0-3]/);
      node.spread(30, 1, 15, (m) => {
        node.ipamd(
          m,
          'error',
          'Failed to check API server connectivity: Get "https://172.20.0.1:443/version?timeout=5s": dial tcp 172.20.0.1:443: connect: connection refused',
          'aws-k8s-agent/main.go:47',
        );
        node.container(
          'aws-node',
          'aws-node',
          m,
          'stdout',
          logrus(node.ago(m), 'info', 'Retrying waiting for IPAM-D'),
        );
      });
      node.container(
        'aws-node',
        'aws-node',
        0.5,
        'stdout',
        logrus(node.ago(0.5), 'error', 'Unable to wait for IPAMD to be ready'),
      );
    },
  }),
  fault({
    name: 'ipamd-old-api-server-1.6',
    why: 'The same in the words and line format of 1.6.',
    expected: ['ipamd_error'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      cni16(node);
      ipamdSilentLater(node);
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T23:[0-3]/);
      node.spread(32, 2, 7, (m) => {
        node.ipamd(m, 'info', 'Starting L-IPAMD v1.6.0  ...');
        node.ipamd(
          m - 0.5,
          'error',
          'Failed to communicate with K8S Server. Please check instance security groups or http proxy setting',
        );
        crashLoop(node, m - 1);
      });
    },
  }),
  fault({
    name: 'ipamd-host-network-setup-fails',
    why: 'The primary interface is not found by its MAC, so the host network is never set up.',
    expected: ['ipamd_error'],
    severe: ['aws-node-unhealthy'],
    edit(node) {
      node.dropLines('var_log/aws-routed-eni/ipamd.log', /2026-11-20T23:[0-3]/);
      ipamdSilent(node);
      restarted(node, 6);
      node.spread(25, 3, 6, (m) => {
        node.ipamd(m, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
        node.ipamd(
          m - 0.2,
          'error',
          `Initialization failure: ipamd init: failed to set up host network: setupHostNetwork: failed to find the link primary ENI with MAC address ${node.base.mac}: no interface found which uses mac address ${node.base.mac}`,
          'aws-k8s-agent/main.go:53',
        );
      });
    },
  }),
];

/** After the conversion to old introspection, which needs the JSON. */
function ipamdSilentLater(node: VariantNode): void {
  node.finally((n) => ipamdSilent(n));
}
