/** Lines and states of aws-node, ipamd and address pools that look like faults. Facts: vpc-cni §8, signatures A. */
import { logrus } from '../../logs/clock.js';
import { cni118, cniVersion, monitoringAgentLayout } from '../layout.js';
import { nearMiss, type Variant } from '../types.js';

const REFUSED =
  'Error received from AddNetwork grpc call for pod orders-api namespace payments: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:50051: connect: connection refused"';

export const cniNearMisses: Variant[] = [
  nearMiss({
    name: 'nm-one-restart-after-upgrade',
    why: 'One start of ipamd after a CNI upgrade twenty minutes ago.',
    edit(node) {
      node.ipamd(20, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
      node.ipamd(19.9, 'info', 'Testing communication with server', 'aws-k8s-agent/main.go:40');
      node.ipamd(
        19.8,
        'info',
        'Successful communication with the Cluster! Cluster Version is: v1.31. git version: v1.31.4-eks-2d5f260',
        'wait/loop.go:53',
      );
      node.container(
        'aws-node',
        'aws-node',
        20,
        'stdout',
        logrus(node.ago(20), 'info', 'Starting IPAM daemon... '),
      );
      node.container(
        'aws-node',
        'aws-node',
        19.9,
        'stdout',
        logrus(node.ago(19.9), 'info', 'Retrying waiting for IPAM-D'),
      );
      node.plugin(
        19.95,
        'error',
        'Rejecting AddNetwork request: rpc error: code = FailedPrecondition desc = wrong client version "v1.20.3" (!= "v1.21.1")',
      );
    },
  }),
  nearMiss({
    name: 'nm-connection-refused-at-boot',
    why: 'The plugin was called before ipamd listened, in the first seconds of the node.',
    edit(node) {
      for (const m of [44.9, 44.86, 44.82]) {
        node.plugin(m, 'error', REFUSED);
        node.sandboxFailed(m, node.base.pods[0], REFUSED);
      }
      node.kubelet(
        45.2,
        'E',
        'kubelet.go:2902',
        '"Container runtime network not ready" networkReady="NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized"',
      );
    },
  }),
  nearMiss({
    name: 'nm-readiness-probe-timeouts',
    why: 'The probe of aws-node times out now and then under load; ipamd keeps working.',
    edit(node) {
      for (const m of [31, 18, 7])
        node.kubelet(
          m,
          'I',
          'prober.go:107',
          '"Probe failed" probeType="Readiness" pod="kube-system/aws-node-hzhjr" podUID="69c7c2ee" containerName="aws-node" probeResult="failure" output="timeout: failed to connect service \\":50051\\" within 5s"',
        );
    },
  }),
  nearMiss({
    name: 'nm-goroutine-dump-of-containerd',
    why: 'The collector asks containerd for its stacks; that is no crash.',
    edit(node) {
      node.containerd(
        0.02,
        'info',
        '=== BEGIN goroutine stack dump ===\\ngoroutine 1 [chan receive, 44 minutes]:\\nmain.main()\\n\\t/go/src/github.com/containerd/containerd/cmd/containerd/main.go:33 +0x5e\\npanic: not really\\n=== END goroutine stack dump ===',
      );
    },
  }),
  nearMiss({
    name: 'nm-free-ip-search-lines',
    why: 'Debug lines of a search over used addresses that ends well.',
    edit(node) {
      node.spread(30, 1, 60, (m) => {
        node.ipamd(
          m,
          'debug',
          'Get free IP from prefix failed no free IP available in the prefix - 10.67.70.70/ffffffff',
          'datastore/data_store.go:678',
        );
        node.ipamd(
          m,
          'debug',
          'Unable to get IP address from CIDR: no free IP available in the prefix - 10.67.70.97/ffffffff',
          'datastore/data_store.go:679',
        );
        node.ipamd(
          m,
          'debug',
          'ENI eni-0bc5ace314987ad4e does not have available addresses',
          'datastore/data_store.go:690',
        );
        node.ipamd(
          m - 0.01,
          'info',
          'Send AddNetworkReply: Success: true IPAddr: [10.67.70.171]',
          'rpc/rpc.pb.go:903',
        );
      });
    },
  }),
  nearMiss({
    name: 'nm-pool-growing',
    why: 'The pool is too low while pods are being added, then grows; a burst of failures lasts under a minute.',
    edit(node) {
      for (const m of [12, 11.9, 11.8, 11.7]) {
        node.ipamd(m, 'debug', 'IP pool is too low: available (0) < ENI target (1) * addrsPerENI (14)');
        node.ipamd(
          m,
          'error',
          'DataStore has no available IP/Prefix addresses',
          'datastore/data_store.go:607',
        );
        node.sandboxFailed(m, node.base.pods[1], 'failed to assign an IP address to container');
      }
      node.ipamd(11.4, 'info', 'Successfully increased IP pool, total: 14, used: 3');
      node.spread(11, 1, 5, (m) =>
        node.ipamd(
          m,
          'info',
          'Send AddNetworkReply: Success: true IPAddr: [10.67.70.171]',
          'rpc/rpc.pb.go:903',
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-max-eni-reached-but-free',
    why: 'The instance has all its interfaces, and free addresses.',
    edit(node) {
      node.metric('awscni_eni_max', 1);
      node.metric('awscni_ip_max', 14);
      node.spread(40, 0.5, 40, (m) =>
        node.ipamd(m, 'debug', 'Skipping ENI allocation as the max ENI limit is already reached'),
      );
    },
  }),
  nearMiss({
    name: 'nm-subnet-short-warm-target-unmet',
    why: 'The warm target cannot be met, all pods run and addresses are free.',
    edit(node) {
      node.spread(40, 2, 9, (m) => {
        node.ipamd(
          m,
          'error',
          'Failed to CreateNetworkInterface InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.\n\tstatus code: 400, request id: 4be0',
        );
        node.ipamd(
          m,
          'error',
          'Failed to increase pool size due to not able to allocate ENI AllocENI: failed to create ENI',
        );
      });
    },
  }),
  nearMiss({
    name: 'nm-exhaustion-recovered',
    why: 'Half an hour ago addresses ran out for some minutes; since then pods get theirs and 11 are free.',
    edit(node) {
      node.spread(40, 32, 8, (m) => {
        node.ipamd(
          m,
          'error',
          'DataStore has no available IP/Prefix addresses',
          'datastore/data_store.go:607',
        );
        node.ipamd(
          m,
          'error',
          'Failed to allocate a private IP/Prefix addresses on ENI eni-0bc5ace314987ad4e: InsufficientFreeAddressesInSubnet: The specified subnet does not have enough free addresses to satisfy the request.',
        );
        node.sandboxFailed(m, node.base.pods[1], 'failed to assign an IP address to container');
      });
      node.ipamd(31, 'info', 'Successfully allocated 11 IPs on ENI eni-0bc5ace314987ad4e');
      node.spread(30, 1, 12, (m) =>
        node.ipamd(
          m,
          'info',
          'Send AddNetworkReply: Success: true IPAddr: [10.67.70.171]',
          'rpc/rpc.pb.go:903',
        ),
      );
      node.metric('awscni_no_available_ip_addresses', 8);
    },
  }),
  nearMiss({
    name: 'nm-repeated-deletes',
    why: 'Deletes of sandboxes that are gone already, and an interface that cannot be freed yet.',
    edit(node) {
      node.spread(35, 1, 12, (m) => {
        node.ipamd(
          m,
          'warn',
          'UnassignPodIPAddress: Failed to find sandbox aws-cni/77aa/eth0',
          'datastore/data_store.go:910',
        );
        node.ipamd(
          m,
          'info',
          'Send DelNetworkReply: IPv4Addr : , IPv6Addr: , DeviceNumber: 0, err: datastore: unknown pod',
          'rpc/rpc.pb.go:731',
        );
        node.ipamd(m, 'debug', 'Not able to delete ENI yet: eni-0bc5ace314987ad4e');
        node.ipamd(
          m,
          'error',
          "Failed to delete ENI eni-0ddd: InvalidParameterValue: Network interface 'eni-0ddd' is currently in use.",
        );
      });
    },
  }),
  nearMiss({
    name: 'nm-metadata-lag',
    why: 'The metadata service lags behind, then matches.',
    edit(node) {
      node.spread(30, 25, 4, (m) =>
        node.ipamd(
          m,
          'warn',
          'Instance metadata does not match data store! ipPool: [10.67.70.70 10.67.70.97], metadata: [10.67.70.70]',
        ),
      );
      node.ipamd(24, 'error', 'Unable to discover attached ENI from metadata service');
      node.ipamd(23.9, 'info', 'Successfully Reconciled ENI/IP pool');
    },
  }),
  nearMiss({
    name: 'nm-branch-eni-annotation-late',
    why: 'A pod with security groups waits twice for its annotation, then starts.',
    edit(node) {
      for (const m of [20, 19.8]) {
        node.ipamd(
          m,
          'error',
          'Send AddNetworkReply: failed to get Branch ENI resource',
          'rpc/rpc.pb.go:713',
        );
        node.sandboxFailed(m, node.base.pods[1], 'failed to assign an IP address to container');
      }
      node.plugin(
        19.5,
        'debug',
        'SetupBranchENIPodNetwork: hostVethName=vlan18582a65b10, contVethName=eth0, netnsPath=/var/run/netns/cni-1, vlanID=1',
      );
      node.ipamd(
        19.4,
        'info',
        'Send AddNetworkReply: Success: true IPAddr: [10.67.64.77]',
        'rpc/rpc.pb.go:903',
      );
    },
  }),
  nearMiss({
    name: 'nm-describe-subnets-denied',
    why: 'A permission that is only nice to have.',
    edit(node) {
      node.spread(44, 2, 15, (m) => {
        node.ipamd(
          m,
          'error',
          'Failed to call ec2:DescribeSubnets: operation error EC2: DescribeSubnets, api error UnauthorizedOperation: You are not authorized to perform this operation',
          'awsutils/awsutils.go:1811',
        );
        node.ipamd(
          m,
          'warn',
          'Failed to check if primary subnet is excluded: operation error EC2: DescribeSubnets',
        );
        node.ipamd(m, 'warn', 'Failed to tag the newly created ENI eni-0bc5: CreateTags AccessDenied');
      });
    },
  }),
  nearMiss({
    name: 'nm-recovered-after-reboot',
    why: 'ipamd found its old allocations after a reboot.',
    edit(node) {
      node.ipamd(
        44.5,
        'warn',
        'stale IP allocation for ID(aws-cni/5c0171e/eth0): 10.67.70.70',
        'datastore/data_store.go:388',
      );
      node.ipamd(
        44.4,
        'info',
        'Recovered aws-cni/5c0171e07ccd/eth0 => eni-0bc5ace314987ad4e/10.67.70.70',
        'datastore/data_store.go:380',
      );
      node.spread(44.8, 44.6, 6, (m) =>
        node.container(
          'aws-node',
          'aws-node',
          m,
          'stdout',
          logrus(node.ago(m), 'info', 'Retrying waiting for IPAM-D'),
        ),
      );
    },
  }),
  nearMiss({
    name: 'nm-client-throttling',
    why: 'The Kubernetes client throttles itself; EC2 throttled once.',
    edit(node) {
      node.spread(40, 1, 10, (m) =>
        node.container(
          'aws-node',
          'aws-node',
          m,
          'stderr',
          `I1120 23:10:00.000000      12 request.go:697] Waited for 1.04s due to client-side throttling, not priority and fairness, request: GET:https://172.20.0.1:443/apis/apps/v1`,
        ),
      );
      node.ipamd(22, 'error', 'Failed to attach ENI eni-0ddd: RequestLimitExceeded: Request limit exceeded.');
      node.ipamd(21.5, 'info', 'Successfully created and attached a new ENI eni-0ddd to instance');
    },
  }),
  nearMiss({
    name: 'nm-introspection-disabled',
    why: 'Introspection is off by setting: empty files are not a dead ipamd.',
    edit(node) {
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'DISABLE_INTROSPECTION=false',
        'DISABLE_INTROSPECTION=true',
      );
      node.replace(
        'cni/cni-configuration-variables-containerd.json',
        'DISABLE_METRICS=false',
        'DISABLE_METRICS=true',
      );
      for (const f of [
        'enis',
        'pods',
        'eni-configs',
        'networkutils-env-settings',
        'ipamd-env-settings',
        'metrics',
      ])
        node.write(`ipamd/${f}.json`, '');
    },
  }),
  nearMiss({
    name: 'nm-introspection-ignored',
    why: 'The collector was told to leave introspection out.',
    edit(node) {
      node.remove(/^ipamd\/.*\.json$/);
      node.write('ipamd/ipam_introspection_ignore.txt', 'ignore_introspection: true\n');
      node.write('system/script-params.txt', 'ignore_introspection: true\nignore_metrics: true\n');
    },
  }),
  nearMiss({
    name: 'nm-bad-version-in-image-list',
    why: 'The bad image is still on the disk and an old init container used it; another version runs.',
    edit(node) {
      node.write(
        'containerd/containerd-images.txt',
        'REF TYPE DIGEST SIZE PLATFORMS LABELS\n602401143452.dkr.ecr.ap-south-1.amazonaws.com/amazon-k8s-cni:v1.20.4-eksbuild.1 application/vnd.docker.distribution.manifest.v2+json sha256:aa 40.1 MiB linux/amd64 io.cri-containerd.image=managed\n602401143452.dkr.ecr.ap-south-1.amazonaws.com/amazon-k8s-cni:v1.21.1-eksbuild.1 application/vnd.docker.distribution.manifest.v2+json sha256:bb 41.0 MiB linux/amd64 io.cri-containerd.image=managed\n',
      );
    },
  }),
  nearMiss({
    name: 'nm-upgraded-from-bad-version',
    why: 'The log begins with v1.20.4 and continues, since its upgrade, with v1.21.1.',
    edit(node) {
      node.replace(
        'var_log/aws-routed-eni/ipamd.log',
        'Starting L-IPAMD v1.21.1',
        'Starting L-IPAMD v1.20.4',
      );
      node.ipamd(35, 'info', 'Starting L-IPAMD v1.21.1  ...', 'aws-k8s-agent/main.go:29');
    },
  }),
  nearMiss({
    name: 'nm-neighbour-version',
    why: 'v1.20.40 or v1.20.5 is not v1.20.4.',
    edit: (node) => cniVersion(node, 'v1.20.5'),
  }),
  nearMiss({
    name: 'nm-healthy-agent-layout',
    why: 'A healthy node in the layout of the monitoring agent.',
    edit: monitoringAgentLayout,
  }),
  nearMiss({ name: 'nm-healthy-1.18', why: 'A healthy node with CNI 1.18.', edit: (node) => cni118(node) }),
];
