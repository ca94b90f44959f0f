"""A tunnel device for kernels without it: a TUN device whose packets travel in IPIP or Geneve to the other node.

Arguments: the kind (ipip or geneve), the device, this node's address, the other node's address. Prints "ready".
"""

import fcntl
import os
import select
import socket
import struct
import sys

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
GENEVE_PORT, ETHERNET = 6081, 0x6558
MACS = bytes.fromhex("661122334402") + bytes.fromhex("661122334401")


def open_device(name):
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return device


def geneve_header(packet):
    """UDP with a source port that depends on the inner flow, as the kernel does, then Geneve, then Ethernet."""
    port = 32768 + sum(packet[12:24]) * 37 % 28000
    inner = MACS + struct.pack(">H", 0x0800) + packet
    head = struct.pack(">BBHI", 0, 0, ETHERNET, 7 << 8)
    return struct.pack(">HHHH", port, GENEVE_PORT, 8 + len(head) + len(inner), 0) + head + inner


def main():
    kind, name, own, other = sys.argv[1:5]
    device = open_device(name)
    protocol = socket.IPPROTO_IPIP if kind == "ipip" else socket.IPPROTO_UDP
    sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol)
    sender.bind((own, 0))
    if kind == "ipip":
        receiver = sender
    else:
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind((own, GENEVE_PORT))
    for sock in {sender, receiver}:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([device, receiver], [], [])
        if device in readable:
            packet = os.read(device, 65536)
            if packet[0] >> 4 == 4:
                sender.sendto(packet if kind == "ipip" else geneve_header(packet), (other, 0))
        if receiver in readable:
            data = receiver.recv(65536)
            # A raw socket gives the outer header too.
            inner = data[(data[0] & 15) * 4 :] if kind == "ipip" else data[8 + (data[0] & 63) * 4 + 14 :]
            if inner and inner[0] >> 4 == 4:
                os.write(device, inner)


main()
