"""A VLAN interface for kernels without 802.1Q: carries frames between one end of a veth pair and a trunk, tagged there.

Arguments: the trunk interface, this program's end of the veth pair, the VLAN's number. What the other end of the pair
sends leaves by the trunk with the tag; what the trunk receives with the tag enters the pair without. Prints "ready".
"""

import select
import socket
import struct
import sys

ETH_P_ALL = 3
OUTGOING = 4
SOL_PACKET, PACKET_AUXDATA = 263, 8
VLAN_VALID = 0x10


def open_end(name):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.bind((name, ETH_P_ALL))
    return sock


def tag_of(ancillary):
    """The kernel strips the tag on arrival and tells of it beside the frame."""
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA and len(data) >= 20:
            status, _, _, _, _, tci, _ = struct.unpack("=IIIHHHH", data[:20])
            return tci & 0xFFF if status & VLAN_VALID else None
    return None


def main():
    trunk, branch, vlan = open_end(sys.argv[1]), open_end(sys.argv[2]), int(sys.argv[3])
    print("ready", flush=True)
    while True:
        readable, _, _ = select.select([trunk, branch], [], [])
        for sock in readable:
            frame, ancillary, _, address = sock.recvmsg(65536, 256)
            if address[2] == OUTGOING:
                continue
            if sock is branch:
                trunk.send(frame[:12] + struct.pack(">HH", 0x8100, vlan) + frame[12:])
            elif tag_of(ancillary) == vlan:
                branch.send(frame)


main()
