/** Texts in the real shapes of the files, with invented values; used by the parsers' tests and the hostile ones. */

export const IFCONFIG_NEW = `eni18582a65b10: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001
        inet6 fe80::a8bb:ccff:fedd:ee01  prefixlen 64  scopeid 0x20<link>
        ether aa:bb:cc:dd:ee:01  txqueuelen 0  (Ethernet)
        RX packets 11  bytes 971 (971.0 B)
        RX errors 1  dropped 2  overruns 0  frame 0
        TX packets 7  bytes 15755 (15.3 KiB)
        TX errors 0  dropped 3 overruns 0  carrier 0  collisions 0

vlan.eth.1: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001
        ether 06:aa:bb:cc:dd:02  txqueuelen 1000  (Ethernet)

ens5: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9001
        inet 10.0.1.5  netmask 255.255.224.0  broadcast 10.0.31.255
        inet6 fe80::81b:2cff:fe3d:4e5f  prefixlen 64  scopeid 0x20<link>
        ether 0a:1b:2c:3d:4e:5f  txqueuelen 1000  (Ethernet)
        RX packets 68  bytes 34157 (33.3 KiB)

lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536
        inet 127.0.0.1  netmask 255.0.0.0
        loop  txqueuelen 1000  (Local Loopback)
`;

export const IFCONFIG_OLD = `eth0      Link encap:Ethernet  HWaddr 0A:1B:2C:3D:4E:5F
          inet addr:10.0.1.5  Bcast:10.0.1.255  Mask:255.255.255.0
          inet6 addr: fe80::81b:2cff:fe3d:4e5f/64 Scope:Link
          UP BROADCAST RUNNING MULTICAST  MTU:9001  Metric:1
          RX packets:68 errors:4 dropped:2 overruns:0 frame:0
          TX packets:100 errors:0 dropped:5 overruns:0 carrier:0
          collisions:0 txqueuelen:1000
          RX bytes:34157 (33.3 KiB)  TX bytes:9127 (8.9 KiB)
`;

export const CONNTRACK = `*** Output of conntrack -S *** 
cpu=0   \tfound=96 invalid=2 ignore=2148703 insert=0 insert_failed=5 drop=5 early_drop=0 error=0 search_restart=379 
cpu=1   \tfound=4 invalid=1 ignore=12 insert=0 insert_failed=2 drop=0 early_drop=0 error=0 search_restart=0 
*** Output of conntrack -L ***
tcp      6 86392 ESTABLISHED src=10.0.1.9 dst=172.20.0.10 sport=43211 dport=53 src=10.0.2.7 dst=10.0.1.9 sport=53 dport=43211 [ASSURED] mark=128 use=1
udp      17 27 src=10.0.1.9 dst=10.0.2.7 sport=41522 dport=53 [UNREPLIED] src=10.0.2.7 dst=10.0.1.9 sport=53 dport=41522 mark=0 use=1
icmp     1 29 src=10.0.1.9 dst=10.0.2.7 type=8 code=0 id=4023 src=10.0.2.7 dst=10.0.1.9 type=0 code=0 id=4023 mark=0 use=1
tcp      6 119 TIME_WAIT src=10.0.1.9 dst=52.1.2.3 sport=51632 dport=443 src=52.1.2.3 dst=10.0.1.5 sport=443 dport=32462 [ASSURED] mark=128 use=1
`;

export const ETHTOOL = `Interface ens5
NIC statistics:
     total_resets: 0
     conntrack_allowance_exceeded: 17
     queue_0_tx_cnt: 93409863


Interface lo
no stats available


Interface eni18582a65b10
NIC statistics:
     peer_ifindex: 3
     rx_queue_0_xdp_packets: 0
`;

export const SYSCTL = `abi.vsyscall32 = 1
net.ipv4.conf.all.rp_filter = 0
net.ipv4.conf.vlan/eth/1.rp_filter = 2
net.ipv4.ip_forward = 1
net.ipv4.ip_local_port_range = 32768\t60999
net.netfilter.nf_conntrack_max = 131072
`;

export const CNI_CONTAINERS = `{
    "ID": "7708171f4e2c62e5",
    "Labels": {
        "io.kubernetes.container.name": "aws-node"
    },
    "Image": "602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1.19.2-eksbuild.1",
    "Spec": {
        "process": {
            "args": [
                "/app/aws-vpc-cni"
            ],
            "env": [
                "ADDITIONAL_ENI_TAGS={}",
                "ENABLE_POD_ENI=false",
                "VPC_CNI_VERSION=v1.19.2"
            ]
        }
    }
}
ctr: container "b81e43aae0c7" in namespace "k8s.io": not found
{
    "ID": "c43935cb8c6d5a95",
    "Labels": {"io.kubernetes.container.name": "aws-node"},
    "Image": "602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1.18.1-eksbuild.3",
    "Spec": {"process": {"env": ["ENABLE_POD_ENI=true"]}}
}
`;

const ENI = 'eni-0a1b2c3d4e5f67890';
const ENI_2 = 'eni-0b1b2c3d4e5f67891';

/** CNI <= 1.6. */
export const ENIS_16 = `{"TotalIPs":2,"AssignedIPs":1,"ENIIPPools":{"${ENI}":{"IsPrimary":true,"ID":"${ENI}","DeviceNumber":0,"AssignedIPv4Addresses":1,"IPv4Addresses":{"10.0.1.9":{"Address":"10.0.1.9","Assigned":true,"UnassignedTime":"0001-01-01T00:00:00Z"},"10.0.1.10":{"Address":"10.0.1.10","Assigned":false,"UnassignedTime":"2024-05-17T09:31:22.5Z"}}}}}`;

/** CNI 1.7 and 1.8. */
export const ENIS_17 = `{"TotalIPs":2,"AssignedIPs":1,"ENIs":{"${ENI}":{"ID":"${ENI}","IsPrimary":true,"IsTrunk":false,"DeviceNumber":0,"IPv4Addresses":{"10.0.1.9":{"IPAMKey":{"networkName":"aws-cni","containerID":"416aeea7","ifName":"eth0"},"Address":"10.0.1.9","UnassignedTime":"0001-01-01T00:00:00Z"},"10.0.1.10":{"IPAMKey":{"networkName":"","containerID":"","ifName":""},"Address":"10.0.1.10","UnassignedTime":"2024-05-17T09:31:22.5Z"}}}}}`;

/** CNI 1.9 to 1.19; two documents, as two runs of the collector leave them. */
export const ENIS_19 = `{"TotalIPs": 1, "AssignedIPs": 1, "ENIs": {"eni-0old": {"ID": "eni-0old"}}}
{"TotalIPs": 18, "AssignedIPs": 1, "ENIs": {
  "${ENI}": {"ID": "${ENI}", "IsPrimary": true, "IsTrunk": false, "IsEFA": false, "DeviceNumber": 0,
    "AvailableIPv4Cidrs": {
      "10.0.1.9/32": {"Cidr": {"IP": "10.0.1.9", "Mask": "/////w=="},
        "IPAddresses": {"10.0.1.9": {"Address": "10.0.1.9", "IPAMKey": {"networkName": "aws-cni", "containerID": "416aeea7", "ifName": "eth0"},
          "IPAMMetadata": {"k8sPodNamespace": "shop", "k8sPodName": "cart-0"}, "AssignedTime": "2024-05-17T09:31:22Z", "UnassignedTime": "0001-01-01T00:00:00Z"}},
        "IsPrefix": false, "AddressFamily": ""},
      "10.0.1.16/28": {"Cidr": {"IP": "10.0.1.16", "Mask": "////8A=="}, "IPAddresses": {}, "IsPrefix": true, "AddressFamily": ""}},
    "IPv6Cidrs": {}},
  "${ENI_2}": {"ID": "${ENI_2}", "IsPrimary": false, "IsTrunk": true, "DeviceNumber": 1,
    "AvailableIPv4Cidrs": {"10.0.1.40/ffffffff": {"IPv4Addresses": {}}}}}}
`;

/** CNI >= 1.20 (network cards), with the blanked ids of >= 1.23. */
export const ENIS_120 = `{"0":{"TotalIPs":1,"AssignedIPs":1,"ENIs":{"${ENI}":{"ID":"${ENI}","IsPrimary":true,"IsTrunk":false,"DeviceNumber":0,"RouteTableID":254,"SubnetID":"subnet-0a1b2c3d","AvailableIPv4Cidrs":{"10.0.1.9/32":{"Cidr":{"IP":"10.0.1.9","Mask":"/////w=="},"IPAddresses":{"10.0.1.9":{"Address":"10.0.1.9","IPAMKey":{"networkName":"aws-cni","containerID":"","ifName":""},"IPAMMetadata":{"interfacesCount":"1","k8sPodNamespace":"shop","k8sPodName":"cart-0"}}},"IsPrefix":false}}}}},"1":{"TotalIPs":3,"AssignedIPs":0,"ENIs":{"${ENI_2}":{"ID":"${ENI_2}","IsPrimary":false,"DeviceNumber":1,"RouteTableID":10101,"AvailableIPv4Cidrs":{}}}}}`;

export const CHECKPOINT = `{"version":"vpc-cni-ipam/1","allocations":[
{"networkName":"aws-cni","containerID":"416aeea7","ifName":"eth0","ipv4":"10.0.1.9","allocationTimestamp":1715938282123456789,"metadata":{"k8sPodNamespace":"shop","k8sPodName":"cart-0"}},
{"networkName":"_migrated-from-cri","containerID":"6f2ca2a2","ifName":"unknown","ipv4":"10.0.1.10"},
{"networkName":"aws-cni","containerID":"3784583f","ifName":"eth0","ipv6":"2600:1f13::9","metadata":{"k8sPodNamespace":"shop","k8sPodName":"web-1"}}]}`;

export const METRICS = `# HELP awscni_total_ip_addresses The total number of IP addresses
# TYPE awscni_total_ip_addresses gauge
awscni_total_ip_addresses 11
awscni_ec2api_error_count{fn="CreateNetworkInterface"} 3
awscni_build_info{goversion="go1.22",version="v1.18.1"} 1
go_memstats_alloc_bytes 1.2345678e+07
go_gc_duration_seconds{quantile="1"} NaN
`;

export const SETTINGS = `{"AWS_VPC_K8S_CNI_CONNMARK":128,"AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS":["10.9.0.0/16"],"AWS_VPC_K8S_CNI_EXTERNALSNAT":false,
"AWS_VPC_K8S_CNI_VETHPREFIX":"eni","AWS_EXTERNAL_SERVICE_CIDRS":null}`;

const zap = (ts: string, msg: string): string =>
  JSON.stringify({ level: 'info', ts, caller: 'routed-eni-cni-plugin/cni.go:128', msg });
const request = (op: string, id: string, netns: string, pod: string): string =>
  `Received CNI ${op} request: ContainerID(${id}) Netns(${netns}) IfName(eth0) Args(IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=${pod};K8S_POD_INFRA_CONTAINER_ID=${id}) Path(/opt/cni/bin) argsStdinData({"cniVersion":"0.4.0"})`;

/** Two ADDs that run at once, an SGP pod, and a DEL of the first one. */
export const PLUGIN_LOG = [
  zap('2024-05-17T09:31:20.100Z', 'Constructed new logger instance'),
  zap('2024-05-17T09:31:20.101Z', request('add', 'aaaa01', '/var/run/netns/cni-1', 'cart-0')),
  zap('2024-05-17T09:31:20.102Z', request('add', 'bbbb02', '/var/run/netns/cni-2', 'web-1')),
  zap(
    '2024-05-17T09:31:20.120Z',
    'Received add network response from ipamd for container bbbb02 interface eth0: Success:true IPv4Addr:"10.0.1.10" VPCv4CIDRs:"10.0.0.0/16" VPCv4CIDRs:"100.64.0.0/10"',
  ),
  zap(
    '2024-05-17T09:31:20.121Z',
    'SetupPodNetwork: hostVethName=eni22222222222, contVethName=eth0, netnsPath=/var/run/netns/cni-2, v4Addr=10.0.1.10/32, v6Addr=<nil>, deviceNumber=0, mtu=9001',
  ),
  zap(
    '2024-05-17T09:31:20.130Z',
    'SetupPodNetwork: hostVethName=eni18582a65b10, contVethName=eth0, netnsPath=/var/run/netns/cni-1, ipAddr=10.0.1.9/32, routeTableNumber=254, mtu=9001',
  ),
  zap('2024-05-17T09:32:00.000Z', request('add', 'cccc03', '/var/run/netns/cni-3', 'db-0')),
  zap(
    '2024-05-17T09:32:00.010Z',
    'SetupBranchENIPodNetwork: hostVethName=vlan33333333333, contVethName=eth0, netnsPath=/var/run/netns/cni-3, v4Addr=10.0.64.77/32, v6Addr=<nil>, vlanID=1, eniMAC=06:aa:bb:cc:dd:02, subnetGW=10.0.64.1, parentIfIndex=4, mtu=9001, podSGEnforcingMode=strict',
  ),
  zap('2024-05-17T09:40:00.000Z', request('del', 'aaaa01', '', 'cart-0')),
].join('\n');

/** CNI <= 1.6: no address in the line of the veth. */
export const PLUGIN_LOG_SEE = `2019-08-07T02:24:04.100Z [INFO]\t${request('add', 'dddd04', '/proc/4321/ns/net', 'cart-0')}
2019-08-07T02:24:04.200Z [INFO]\tReceived add network response for pod cart-0 namespace shop container dddd04: 10.0.1.9, table 0, external-SNAT: false, vpcCIDR: [10.0.0.0/16]
2019-08-07T02:24:04.201Z [DEBUG]\tSetupNS: hostVethName=eni18582a65b10,contVethName=eth0, netnsPath=/proc/4321/ns/net table=0
`;

export const EBPF_PROGRAMS = `*** EBPF loaded data ***
PinPath:  /sys/fs/bpf/globals/aws/programs/stale-shop_handle_ingress
Pod Identifier : stale-shop  Direction : ingress 
Prog ID:  1
*** EBPF loaded data ***
PinPath:  /sys/fs/bpf/globals/aws/programs/web-7d4b9c6f5d-shop_handle_ingress
Pod Identifier : web-7d4b9c6f5d-shop  Direction : ingress 
Prog ID:  57
Associated Maps -> 
Map Name:  ingress_map
Map ID:  226
Map Name:  
Map ID:  5
========================================================================================
PinPath:  /sys/fs/bpf/globals/aws/programs/web-7d4b9c6f5d-shop_handle_egress
Pod Identifier : web-7d4b9c6f5d-shop  Direction : egress 
Prog FD:  9
Associated Maps -> 
========================================================================================
`;

export const EBPF_MAPS_OLD = `*** EBPF Maps Data for Map ID 226 ***
Key : IP/Prefixlen - 10.0.2.0/24 
-------------------
Value Entry :  0
Protocol -  TCP
StartPort -  5432
Endport -  0
-------------------
-------------------
Value Entry :  1
Protocol -  254
StartPort -  0
Endport -  0
-------------------
*******************************
Done reading all entries
*** EBPF Maps Data for Map ID 5 ***
Conntrack Key : Source IP - 10.0.1.9 Source port - 41522 Dest IP - 10.0.2.7 Dest port - 53 Protocol - 17 Owner IP - 10.0.1.9
Value : 
Conntrack Val -  1
*******************************
Done reading all entries
*** EBPF Maps Data for Map ID 227 ***
No Entries found, Empty map
`;

export const EBPF_MAPS_NEW = `*** EBPF map data for Map ID: 12 ***
Key: 10.0.2.0/24
Entry 0:
Protocol  - TCP
StartPort - 8080
EndPort   - 8090
-------------------
Key :  7
State -  1
*** EBPF map data for Map ID: 13 ***
Key: 10.0.3.0/24
Entry 0:
Protocol  - ANY PROTOCOL
StartPort - 0
EndPort   - 0
Priority  - 505
Done reading all entries
`;

export const CURL = `curling https://7C3A1B.gr7.eu-central-1.eks.amazonaws.com (1 of 5) 2024-05-17T09:31:22.900UTC


*   Trying 10.0.9.1:443...
* Connected to 7C3A1B.gr7.eu-central-1.eks.amazonaws.com (10.0.9.1) port 443
< HTTP/2 401 
< date: Fri, 17 May 2024 09:31:02 GMT
curling https://7C3A1B.gr7.eu-central-1.eks.amazonaws.com (2 of 5) 2024-05-17T09:31:23.100UTC


*   Trying 10.0.9.1:443...
* connect to 10.0.9.1 port 443 failed: Connection timed out
curl: (28) Failed to connect to 7C3A1B.gr7.eu-central-1.eks.amazonaws.com port 443: Connection timed out
`;

export const GET_API = `sending GET request to https://7C3A1B.gr7.eu-central-1.eks.amazonaws.com/livez?verbose
[+]ping ok
[+]log ok
livez check passed
`;

export const IPVSADM = `-A -t 172.20.0.10:53 -s rr
-a -t 172.20.0.10:53 -r 10.0.2.7:53 -m -w 1
-a -t 172.20.0.10:53 -r 10.0.3.8:53 -m -w 1
-A -u 172.20.0.10:domain -s rr
-A -t [fd00::a]:443 -s rr
-a -t [fd00::a]:443 -r [2600:1f13::9]:8443 -m -w 1

IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS
  -> RemoteAddress:Port
TCP  172.20.0.10:53                      0        0        0        0        0
`;

export const CONTAINERS = `CONTAINER                    IMAGE                                                                                         RUNTIME
7708171f4e2c62e5d0e8e4eb     602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon-k8s-cni:v1.19.2-eksbuild.1             io.containerd.runc.v2
c43935cb8c6d5a95885272c6     602401143452.dkr.ecr.eu-central-1.amazonaws.com/amazon/aws-network-policy-agent:v1.1.6        io.containerd.runc.v2
`;

export const IMAGES = `REF                                                                                  TYPE                                       DIGEST      SIZE      PLATFORMS   LABELS
602401143452.dkr.ecr.eu-central-1.amazonaws.com/eks/kube-proxy:v1.30.0-eksbuild.3    application/vnd.docker.distribution.v2     sha256:ab   45.1 MiB  linux/amd64 -
sha256:8a2c4d                                                                        application/vnd.docker.distribution.v2     sha256:ab   45.1 MiB  linux/amd64 -
`;

export const PS = `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           2  0.0  0.0      0     0 ?        S    18:00   0:00 [kthreadd]
root        2931  1.1  1.2 2022116 98852 ?       Ssl  18:01   1:01 /usr/bin/kubelet --hostname-override=ip-10-0-1-5.ec2.internal --node-labels=eks.amazonaws.com/nodegroup-image=ami-0a1b2c3d4e5f67890
root        3611  0.0  0.1  18020  9000 ?        Ss   18:01   0:00  |   \\_ /app/aws-vpc-cni
`;

export const RESOLV = `# Generated by amazon-ec2-net-utils
search eu-central-1.compute.internal
nameserver 169.254.169.253
nameserver fe80::1%ens5
`;

export const CONFLIST = `{
  "cniVersion": "0.4.0",
  "name": "aws-cni",
  "plugins": [
    {"name": "aws-cni", "type": "aws-cni", "vethPrefix": "eni",
      "mtu": "9001", "podSGEnforcingMode": "strict"},
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
`;

export const IPAMD_LOG = [
  zap('2024-05-17T09:30:00.000Z', 'Starting L-IPAMD v1.17.1  ...'),
  zap('2024-05-17T09:31:00.000Z', 'Starting L-IPAMD v1.18.1  ...'),
  zap(
    '2024-05-17T09:31:00.001Z',
    'Successful communication with the Cluster! Cluster Version is: v1.30. git version: v1.30.2-eks-db838b0. git tree state: clean. commit: 3b1c4b1. platform: linux/amd64',
  ),
  zap('2024-05-17T09:31:00.002Z', 'Discovered region: eu-central-1'),
  zap('2024-05-17T09:31:00.003Z', 'Found availability zone: eu-central-1a '),
  zap('2024-05-17T09:31:00.004Z', 'Discovered the instance primary IPv4 address: 10.0.1.5'),
  zap('2024-05-17T09:31:00.005Z', 'Found instance-id: i-0a1b2c3d4e5f67890 '),
  zap('2024-05-17T09:31:00.006Z', 'Found instance-type: m5.large '),
  zap('2024-05-17T09:31:00.007Z', "Found primary interface's MAC address: 0A:1b:2c:3d:4e:5f"),
  zap('2024-05-17T09:31:00.008Z', 'eni-0a1b2c3d4e5f67890 is the primary ENI of this instance'),
  zap('2024-05-17T09:31:00.009Z', 'Found subnet-id: subnet-0a1b2c3d4e5f67890 '),
  zap('2024-05-17T09:31:00.010Z', 'Found vpc-id: vpc-0a1b2c3d4e5f67890 '),
  zap('2024-05-17T09:31:00.011Z', 'VPC CIDR 10.0.0.0/16'),
  zap('2024-05-17T09:31:00.012Z', 'VPC CIDR 100.64.0.0/10'),
  zap('2024-05-17T09:31:00.013Z', 'Found ENI: eni-0b1b2c3d4e5f67891, MAC 0A:1b:2c:3d:4e:60, device 1'),
].join('\n');

export const KUBELET_LOG = `May 17 09:31:22 ip-10-0-1-5.ec2.internal kubelet[2134]: I0517 09:31:22.100000    2134 flags.go:64] FLAG: --node-labels="eks.amazonaws.com/nodegroup-image=ami-0a1b2c3d4e5f67890"
May 17 09:31:22 ip-10-0-1-5.ec2.internal kubelet[2134]: I0517 09:31:22.110000    2134 flags.go:64] FLAG: --provider-id="aws:///eu-central-1a/i-0a1b2c3d4e5f67890"
May 17 09:31:22 ip-10-0-1-5.ec2.internal kubelet[2134]: I0517 09:31:22.123456    2134 server.go:491] "Kubelet version" kubeletVersion="v1.30.2-eks-1552ad0"
`;

export const NFT = `table ip kube-proxy {
	comment "rules for kube-proxy"

	map no-endpoint-services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 172.20.9.9 . tcp . 80 comment "shop/cart:http" : goto reject-chain }
	}

	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"
		elements = { 172.20.0.10 . udp . 53 : goto service-FY5PMXPG-kube-system/kube-dns/udp/dns,
			     172.20.4.4 . tcp . 80 : goto service-HVFWP5L3-shop/web/tcp/http,
			     52.1.2.3 . tcp . 80 : goto external-HVFWP5L3-shop/web/tcp/http }
	}

	chain service-FY5PMXPG-kube-system/kube-dns/udp/dns {
		ip daddr 172.20.0.10 udp dport 53 ip saddr != 10.0.0.0/8 jump mark-for-masquerade
		numgen random mod 2 vmap { 0 : goto endpoint-O6ON3DXL-kube-system/kube-dns/udp/dns__10.0.2.7/53,
					   1 : goto endpoint-IHIQWJ7L-kube-system/kube-dns/udp/dns__10.0.3.8/53 }
	}
	chain endpoint-O6ON3DXL-kube-system/kube-dns/udp/dns__10.0.2.7/53 {
		ip saddr 10.0.2.7 jump mark-for-masquerade
		meta l4proto udp dnat to 10.0.2.7:53
	}
	chain endpoint-IHIQWJ7L-kube-system/kube-dns/udp/dns__10.0.3.8/53 {
		meta l4proto udp dnat to 10.0.3.8:53
	}
	chain service-HVFWP5L3-shop/web/tcp/http {
		meta l4proto tcp dnat ip to numgen random mod 2 map { 0 : 10.0.2.9 . 8080, 1 : 10.0.3.9 . 8080 }
	}
	chain external-HVFWP5L3-shop/web/tcp/http {
		jump mark-for-masquerade
		goto service-HVFWP5L3-shop/web/tcp/http
	}
}
`;
