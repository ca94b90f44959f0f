"""Sends packets into a router namespace and reports what becomes of them.

usage: probe.py ROUTER_NS PEER_NS DEVICE...

Each DEVICE exists in both namespaces as the two ends of a veth pair. Reads one JSON list of packets per line from
standard input, sends each at the peer end of its `iif` (or from a socket of the router when `iif` is null), and
writes one JSON list of events per line: what left the router by which device, what was delivered in it, which
ICMP errors and resets it sent. A packet is known by its `id`: TCP sequence number, else the first payload bytes.
"""

import ctypes
import json
import select
import socket
import struct
import sys

MAGIC = b"nfk1"
libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    with open("/run/netns/" + name) as handle:
        if libc.setns(handle.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns " + name)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16}


def transport(packet, src, dst):
    ident = struct.pack("!I", packet["id"])
    payload = MAGIC + ident + b"x" * packet.get("padding", 0)
    protocol = packet["protocol"]
    if protocol == 17:
        head = struct.pack("!HHHH", packet["sport"], packet["dport"], 8 + len(payload), 0)
        at = 6
    elif protocol == 6:
        bits = sum(FLAGS[f] for f in packet["flags"].split(","))
        head = struct.pack(
            "!HHIIBBHHH", packet["sport"], packet["dport"], packet["id"], packet["ack"], 5 << 4, bits, 65535, 0, 0
        )
        payload = b""
        at = 16
    else:
        head = struct.pack("!BBHHH", packet["icmpType"], 0, 0, packet["sport"], 1)
        at = 2
    data = head + payload
    if protocol == 1:
        pseudo = b""
    elif len(src) == 4:
        pseudo = src + dst + struct.pack("!BBH", 0, protocol, len(data))
    else:
        pseudo = src + dst + struct.pack("!IHBB", len(data), 0, 0, protocol)
    total = checksum(pseudo + data)
    if total == 0 and protocol == 17:
        total = 0xFFFF
    return data[:at] + struct.pack("!H", total) + data[at + 2 :]


def ip_packet(packet):
    src, dst = address(packet["src"]), address(packet["dst"])
    data = transport(packet, src, dst)
    if len(src) == 4:
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(data), 0, 0x4000, packet["ttl"], packet["protocol"], 0)
        total = checksum(head + src + dst)
        return head[:10] + struct.pack("!H", total) + src + dst + data
    return struct.pack("!IHBB", 6 << 28, len(data), packet["protocol"], packet["ttl"]) + src + dst + data


def identify(protocol, data):
    """Id, sport and dport of transport bytes, or None when they are not ours."""
    if protocol == 6 and len(data) >= 8:
        sport, dport, ident = struct.unpack("!HHI", data[:8])
        return ident, sport, dport
    if protocol == 17 and len(data) >= 16 and data[8:12] == MAGIC:
        sport, dport = struct.unpack("!HH", data[:4])
        return struct.unpack("!I", data[12:16])[0], sport, dport
    if protocol in (1, 58) and len(data) >= 16 and data[8:12] == MAGIC:
        return struct.unpack("!I", data[12:16])[0], struct.unpack("!H", data[4:6])[0], 0
    return None


def split(data):
    """Source, destination, protocol, ttl and transport bytes of an IP packet, or None."""
    if len(data) >= 20 and data[0] >> 4 == 4:
        size = (data[0] & 15) * 4
        src, dst = socket.inet_ntop(socket.AF_INET, data[12:16]), socket.inet_ntop(socket.AF_INET, data[16:20])
        return src, dst, data[9], data[8], data[size:]
    if len(data) >= 40 and data[0] >> 4 == 6:
        src, dst = socket.inet_ntop(socket.AF_INET6, data[8:24]), socket.inet_ntop(socket.AF_INET6, data[24:40])
        return src, dst, data[6], data[7], data[40:]
    return None


def seen(device, data):
    """What a packet that left the router tells."""
    parts = split(data)
    if parts is None:
        return None
    src, dst, protocol, ttl, rest = parts
    error = (protocol == 1 and len(rest) > 8 and rest[0] in (3, 11, 12)) or (
        protocol == 58 and len(rest) > 8 and rest[0] in (1, 2, 3, 4)
    )
    if error:
        inner = split(rest[8:])
        found = None if inner is None else identify(inner[2], inner[4])
        if found is None:
            return None
        return {"kind": "icmp", "id": found[0], "type": rest[0], "code": rest[1], "dev": device}
    if protocol == 6 and len(rest) >= 14 and rest[13] & 4:
        seq, ack = struct.unpack("!II", rest[4:12])
        return {"kind": "rst", "id": seq if seq else ack - 1, "dev": device, "ttl": ttl}
    found = identify(protocol, rest)
    if found is None:
        return None
    return {
        "kind": "out",
        "id": found[0],
        "dev": device,
        "src": src,
        "dst": dst,
        "sport": found[1],
        "dport": found[2],
        "ttl": ttl,
    }


class Probe:
    def __init__(self, router, peer, devices):
        enter(peer)
        self.taps = {}
        for device in devices:
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            tap.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
            tap.bind((device, 0))
            self.taps[tap] = device
        enter(router)
        self.macs = {}
        for device in devices:
            probe = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            probe.bind((device, 0))
            self.macs[device] = probe.getsockname()[4]
            probe.close()
        self.by_device = {device: tap for tap, device in self.taps.items()}
        self.local = {}
        for family, protocols in ((socket.AF_INET, (1, 6, 17)), (socket.AF_INET6, (58, 6, 17))):
            for protocol in protocols:
                raw = socket.socket(family, socket.SOCK_RAW, protocol)
                raw.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
                if family == socket.AF_INET6:
                    raw.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
                self.local[raw] = (family, protocol)

    def send(self, packet):
        if packet["iif"] is None:
            return self.send_local(packet)
        data = ip_packet(packet)
        kind = 0x86DD if ":" in packet["src"] else 0x0800
        frame = self.macs[packet["iif"]] + b"\x02\0\0\0\0\x99" + struct.pack("!H", kind) + data
        self.by_device[packet["iif"]].send(frame)
        return None

    def send_local(self, packet):
        six = ":" in packet["src"]
        with socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            try:
                udp.bind((packet["src"], packet["sport"]))
                udp.sendto(MAGIC + struct.pack("!I", packet["id"]), (packet["dst"], packet["dport"]))
            except OSError as error:
                return {"kind": "error", "id": packet["id"], "errno": error.errno}
        return None

    def delivered(self, raw):
        family, protocol = self.local[raw]
        if family == socket.AF_INET:
            parts = split(raw.recv(65536))
            if parts is None:
                return None
            src, dst, _, _, rest = parts
        else:
            rest, extra, _, sender = raw.recvmsg(65536, 256)
            src, dst = sender[0], None
            for level, kind, value in extra:
                if level == socket.IPPROTO_IPV6 and kind == socket.IPV6_PKTINFO:
                    dst = socket.inet_ntop(socket.AF_INET6, value[:16])
        if protocol in (1, 58) and len(rest) > 0 and rest[0] not in (0, 8, 128, 129):
            return None
        found = identify(protocol, rest)
        if found is None:
            return None
        return {"kind": "local", "id": found[0], "src": src, "dst": dst, "sport": found[1], "dport": found[2]}

    def collect(self, idle):
        events = []
        sockets = list(self.taps) + list(self.local)
        while True:
            ready, _, _ = select.select(sockets, [], [], idle)
            if not ready:
                return events
            for one in ready:
                if one in self.local:
                    event = self.delivered(one)
                else:
                    frame, where = one.recvfrom(65536)
                    event = None if where[2] == 4 else seen(self.taps[one], frame[14:])
                if event is not None:
                    events.append(event)


def main():
    probe = Probe(sys.argv[1], sys.argv[2], sys.argv[3:])
    print("[]", flush=True)
    for line in sys.stdin:
        packets = json.loads(line)
        events = []
        for at, packet in enumerate(packets):
            failed = probe.send(packet)
            if failed is not None:
                events.append(failed)
            if at % 16 == 15:
                events.extend(probe.collect(0))
        events.extend(probe.collect(0.06 if packets else 0.4))
        print(json.dumps(events), flush=True)


main()
