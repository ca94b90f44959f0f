/** var_log/aws-routed-eni/ipamd.log and plugin.log of a node on which the CNI works. */
import { enisOf, IPS_PER_ENI } from '../bundle/enis.js';
import { CNI_VERSION } from '../bundle/versions.js';
import { addressOf } from '../plan.js';
import { join, later, podStart, zap, type Story } from './clock.js';
import type { PodPlan } from '../types.js';

export function ipamdLog(story: Story): string {
  return join([...starting(story), ...adding(story), ...reconciling(story)]);
}

function starting(story: Story): string[] {
  const { plan, node, cniStart } = story;
  let at = 0;
  const line = (level: string, caller: string, msg: string): string =>
    zap(later(cniStart, (at += 0.011)), level, caller, msg);
  const v6 = plan.options.ipv6 ?? false;
  const enis = enisOf(plan, node);
  return [
    line('info', 'logger/logger.go:52', 'Constructed new logger instance'),
    line('info', 'aws-k8s-agent/main.go:29', `Starting L-IPAMD ${CNI_VERSION}  ...`),
    line('info', 'aws-k8s-agent/main.go:40', 'Testing communication with server'),
    line(
      'info',
      'wait/loop.go:53',
      'Successful communication with the Cluster! Cluster Version is: v1.31. git version: v1.31.4-eks-2d5f260. git tree state: clean. commit: 0f3a1b5. platform: linux/amd64',
    ),
    line('debug', 'ipamd/ipamd.go:405', `Discovered region: ${plan.region}`),
    line('info', 'ipamd/ipamd.go:405', 'Custom networking enabled false'),
    line('info', 'ipamd/ipamd.go:405', `Prefix Delegation enabled ${v6}`),
    line('debug', 'awsutils/awsutils.go:435', `Found availability zone: ${node.zone} `),
    line('debug', 'awsutils/awsutils.go:435', `Discovered the instance primary IPv4 address: ${node.ip}`),
    line('debug', 'awsutils/awsutils.go:435', `Found instance-id: ${node.instanceId} `),
    line('debug', 'awsutils/awsutils.go:435', 'Found instance-type: m5.xlarge '),
    line('debug', 'awsutils/awsutils.go:435', `Found primary interface's MAC address: ${node.mac}`),
    line('debug', 'awsutils/awsutils.go:435', `${node.eni} is the primary ENI of this instance`),
    line('debug', 'awsutils/awsutils.go:435', `Found subnet-id: ${node.subnetId} `),
    line('debug', 'ipamd/ipamd.go:430', 'Start node init'),
    line('debug', 'ipamd/ipamd.go:461', `DescribeAllENIs success: ENIs: ${enis.length}, tagged: 0`),
    line('info', 'networkutils/network.go:300', 'Setting up host network... '),
    ...enis.flatMap((eni) => [
      line('debug', 'ipamd/ipamd.go:492', `Discovered ENI ${eni.id}, trying to set it up`),
      line('debug', 'ipamd/ipamd.go:700', `DataStore add an ENI ${eni.id}`),
      ...(v6 ? [`${node.prefix6!}::/80`] : eni.addresses.map((ip) => `${ip}/32`)).map((ip) =>
        line('info', 'ipamd/ipamd.go:700', `Added ENI(${eni.id})'s IP/Prefix ${ip} to datastore`),
      ),
    ]),
    line('debug', 'ipamd/ipamd.go:560', 'node init completed successfully'),
    line('info', 'aws-k8s-agent/main.go:66', `Serving RPC Handler version ${CNI_VERSION} on 127.0.0.1:50051`),
    line('info', 'ipamd/introspect.go:60', 'Serving introspection endpoints on 127.0.0.1:61679'),
    line('info', 'metrics/metrics.go:50', 'Serving metrics on port 61678'),
  ];
}

function adding(story: Story): string[] {
  return story.pods.flatMap((pod, index) => {
    let at = 0.01;
    const line = (level: string, caller: string, msg: string): string =>
      zap(later(podStart(story, index), (at += 0.002)), level, caller, msg);
    const [v4, v6] = pod.ip6 ? ['', pod.ip6] : [pod.ip, ''];
    const total = enisOf(story.plan, story.node).length * IPS_PER_ENI;
    return [
      line(
        'info',
        'rpc/rpc.pb.go:881',
        `Received AddNetwork for NS /var/run/netns/cni-${pod.uid}, Sandbox ${pod.sandboxId}, ifname eth0`,
      ),
      line(
        'debug',
        'datastore/data_store.go:607',
        `AssignPodIPv4Address: IP address pool stats: total ${total}, assigned ${index}`,
      ),
      line(
        'info',
        'datastore/data_store.go:714',
        `assignPodIPAddressUnsafe: Assign IP ${addressOf(pod)} to sandbox aws-cni/${pod.sandboxId}/eth0 with metadata {K8SPodNamespace:${pod.namespace} K8SPodName:${pod.name}}`,
      ),
      line('debug', 'rpc/rpc.pb.go:881', `VPC CIDR ${story.plan.vpcCidr}`),
      line(
        'info',
        'rpc/rpc.pb.go:881',
        `Send AddNetworkReply: Success: true IPv4Addr: ${v4}, IPv6Addr: ${v6}, DeviceNumber: ${pod.device}, err: <nil>`,
      ),
    ];
  });
}

/** One round a minute until the bundle was made. */
function reconciling(story: Story): string[] {
  const { node, plan, random } = story;
  const enis = enisOf(plan, node);
  const total = enis.length * IPS_PER_ENI;
  const lines: string[] = [];
  const macs = [node.mac, node.second?.mac ?? ''];
  for (let t = later(story.podsStart, 60); t < story.end; t = later(t, 60 + random.int(1, 400) / 1000)) {
    let at = 0;
    const line = (msg: string, level = 'debug', place = 1200): void =>
      void lines.push(zap(later(t, (at += 0.009)), level, `ipamd/ipamd.go:${place}`, msg));
    line(
      `IP stats for Network Card 0 - total IPs: ${total}, assigned IPs: ${story.pods.length}, cooldown IPs: 0`,
      'debug',
      660,
    );
    line(
      `IP pool stats for network card 0: Total IPs/Prefixes = ${total}/0, AssignedIPs/CooldownIPs: ${story.pods.length}/0, c.maxIPsPerENI = ${IPS_PER_ENI}`,
      'debug',
      660,
    );
    line(`Reconciling ENI/IP pool info because time since last 1m0.${random.int(100, 400)}294351s > 1m0s`);
    line(`Total number of interfaces found: ${enis.length} `);
    for (const eni of enis) {
      line(`Found ENI: ${eni.id}, MAC ${macs[eni.device]!}, device ${eni.device}`);
      line(`Reconcile existing ENI ${eni.id} IP pool`, 'debug', 1240);
    }
    line('Successfully Reconciled ENI/IP pool', 'debug', 1210);
  }
  return lines;
}

export function pluginLog(story: Story): string {
  return join(story.pods.flatMap((pod, index) => addRequest(story, pod, index)));
}

function addRequest(story: Story, pod: PodPlan, index: number): string[] {
  let at = 0;
  const line = (level: string, msg: string, caller = 'routed-eni-cni-plugin/cni.go:130'): string =>
    zap(later(podStart(story, index), (at += 0.005)), level, caller, msg);
  const address = addressOf(pod);
  const length = pod.ip6 ? 128 : 32;
  const args = [
    `K8S_POD_INFRA_CONTAINER_ID=${pod.sandboxId}`,
    `K8S_POD_UID=${pod.uid}`,
    'IgnoreUnknown=1',
    `K8S_POD_NAMESPACE=${pod.namespace}`,
    `K8S_POD_NAME=${pod.name}`,
  ].join(';');
  const stdin = JSON.stringify({
    cniVersion: '0.4.0',
    mtu: '9001',
    name: 'aws-cni',
    podSGEnforcingMode: 'strict',
    type: 'aws-cni',
    vethPrefix: 'eni',
  });
  return [
    line('info', 'Constructed new logger instance'),
    line(
      'info',
      `Received CNI add request: ContainerID(${pod.sandboxId}) Netns(/var/run/netns/cni-${pod.uid}) IfName(eth0) Args(${args}) Path(/opt/cni/bin) argsStdinData(${stdin})`,
    ),
    line('debug', 'MTU value set is 9001:'),
    line(
      'info',
      `Received add network response from ipamd for container ${pod.sandboxId} interface eth0: Success:true ${pod.ip6 ? 'IPv6Addr' : 'IPv4Addr'}:"${address}" VPCv4CIDRs:"${story.plan.vpcCidr}"`,
    ),
    ...(pod.device === 'branch'
      ? branchLines(story, pod, line)
      : poolLines(pod, `${address}/${length}`, line)),
  ];
}

type Line = (level: string, msg: string, caller?: string) => string;

/** A pod with an address of the node's own interfaces. */
function poolLines(pod: PodPlan, cidr: string, line: Line): string[] {
  const table = pod.device === 1 ? '2' : 'main';
  return [
    line(
      'debug',
      `SetupPodNetwork: hostVethName=${pod.hostVeth}, contVethName=eth0, netnsPath=/var/run/netns/cni-${pod.uid}, deviceNumber=${pod.device}, mtu=9001`,
    ),
    line(
      'debug',
      `Successfully setup container route, containerAddr=${cidr}, hostVeth=${pod.hostVeth}, rtTable=main`,
      'driver/driver.go:286',
    ),
    line(
      'debug',
      `Successfully setup toContainer rule, containerAddr=${cidr}, rtTable=${table}`,
      'driver/driver.go:286',
    ),
  ];
}

/** A pod with a branch interface. */
function branchLines(story: Story, pod: PodPlan, line: Line): string[] {
  const { vlan, mac, gateway } = story.node.branch!;
  const device = `vlan.eth.${vlan}`;
  return [
    line(
      'debug',
      `SetupBranchENIPodNetwork: hostVethName=${pod.hostVeth}, contVethName=eth0, netnsPath=/var/run/netns/cni-${pod.uid}, v4Addr=${pod.ip}/32, v6Addr=<nil>, vlanID=${vlan}, eniMAC=${mac}, subnetGateway=${gateway}, parentIfIndex=2, mtu=9001, podSGEnforcingMode=strict`,
    ),
    line(
      'debug',
      `Successfully set up container route, containerAddr=${pod.ip}/32, hostVeth=${pod.hostVeth}, rtTable=${100 + vlan}, vlanLink=${device}`,
      'driver/driver.go:286',
    ),
  ];
}
