"""Clients of one pod or node. Standard input: a JSON list of flows (FlowSpec of lab/types.ts).

Every flow runs in its own thread from its own source port. Standard output: a JSON list of
{"id", "outcome", "requests_sent", "replies", "began"}; outcome is what the client saw:
ok, connect_timeout, refused, read_timeout, reset, partial, timeout or oserror:<errno>.
"""

import errno
import json
import os
import socket
import struct
import sys
import threading
import time

WORDS = ["web", "cart", "orders", "catalog", "users", "search", "media", "queue"]


def family(flow):
    return socket.AF_INET6 if ":" in flow["dst"] else socket.AF_INET


def connect(flow):
    sock = socket.socket(family(flow), socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.bind(("", flow["sport"]))
    sock.settimeout(flow["timeout"])
    sock.connect((flow["dst"], flow["dport"]))
    return sock


def read_response(sock):
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            raise ConnectionResetError(errno.ECONNRESET, "closed")
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    got = len(body)
    while got < length:
        more = sock.recv(262144)
        if not more:
            raise ConnectionResetError(errno.ECONNRESET, "closed")
        got += len(more)


def tcp_flow(flow, result):
    try:
        sock = connect(flow)
    except socket.timeout:
        result["outcome"] = "connect_timeout"
        return
    with sock:
        for _ in range(flow["requests"]):
            if flow["kind"] == "upload":
                head = "POST /upload HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n" % (flow["dst"], flow["size"])
                body = os.urandom(4096) * (flow["size"] // 4096 + 1)
                sock.sendall(head.encode() + body[: flow["size"]])
            else:
                head = "GET /bytes/%d HTTP/1.1\r\nHost: %s\r\nUser-Agent: lab\r\n\r\n" % (flow["size"], flow["dst"])
                sock.sendall(head.encode())
            result["requests_sent"] += 1
            try:
                read_response(sock)
            except socket.timeout:
                result["outcome"] = "read_timeout"
                return
            result["replies"] += 1
            time.sleep(flow["gap"])
    result["outcome"] = "ok"


def question(number):
    name = WORDS[number % len(WORDS)] + "-%d" % number
    labels = [name, "shop", "svc", "cluster", "local"]
    encoded = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\x00"
    return struct.pack(">HHHHHH", 4096 + number, 0x0100, 1, 0, 0, 0) + encoded + struct.pack(">HH", 1, 1)


def datagram_flow(flow, result):
    sock = socket.socket(family(flow), socket.SOCK_DGRAM)
    sock.bind(("", flow["sport"]))
    sock.connect((flow["dst"], flow["dport"]))
    sock.settimeout(flow["timeout"])
    for number in range(flow["requests"]):
        payload = question(number) if flow["kind"] == "dns" else b"%06d-" % number + bytes(range(48, 48 + 64)) * (flow["size"] // 64 + 1)
        if flow["kind"] == "udp":
            payload = payload[: flow["size"]]
        sock.send(payload)
        result["requests_sent"] += 1
        try:
            sock.recv(65535)
            result["replies"] += 1
        except socket.timeout:
            pass
        time.sleep(flow["gap"])
    finish(result)


def burst_flow(flow, result):
    """Datagrams that nobody answers, fifty at a time: `ok` is all that a sender like this can know."""
    sock = socket.socket(family(flow), socket.SOCK_DGRAM)
    sock.bind(("", flow["sport"]))
    sock.connect((flow["dst"], flow["dport"]))
    for number in range(flow["requests"]):
        sock.send((b"%06d-" % number + bytes(range(48, 112)) * (flow["size"] // 64 + 1))[: flow["size"]])
        result["requests_sent"] += 1
        if number % 50 == 49:
            time.sleep(flow["gap"])
    result["outcome"] = "ok"


def checksum(data):
    if len(data) % 2:
        data += b"\x00"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo_flow(flow, result):
    v6 = family(flow) == socket.AF_INET6
    request, reply = (128, 129) if v6 else (8, 0)
    sock = socket.socket(family(flow), socket.SOCK_RAW, 58 if v6 else 1)
    sock.settimeout(flow["timeout"])
    for number in range(flow["requests"]):
        payload = struct.pack(">d", time.time()) + bytes(range(16, 64))
        head = struct.pack(">BBHHH", request, 0, 0, flow["sport"], number + 1)
        value = 0 if v6 else checksum(head + payload)
        sock.sendto(struct.pack(">BBHHH", request, 0, value, flow["sport"], number + 1) + payload, (flow["dst"], 0))
        result["requests_sent"] += 1
        until = time.time() + flow["timeout"]
        while time.time() < until:
            try:
                data = sock.recv(65535)
            except socket.timeout:
                break
            part = data if v6 else data[20:]
            if part[0] == reply and struct.unpack(">HH", part[4:8]) == (flow["sport"], number + 1):
                result["replies"] += 1
                break
        time.sleep(flow["gap"])
    finish(result)


def finish(result):
    if result["replies"] == result["requests_sent"]:
        result["outcome"] = "ok"
    else:
        result["outcome"] = "partial" if result["replies"] else "timeout"


def run(flow, result):
    time.sleep(flow["start"])
    result["began"] = time.time()
    try:
        if flow["proto"] == "tcp":
            tcp_flow(flow, result)
        elif flow["kind"] == "burst":
            burst_flow(flow, result)
        elif flow["proto"] == "udp":
            datagram_flow(flow, result)
        else:
            echo_flow(flow, result)
    except socket.timeout:
        result["outcome"] = "timeout"
    except ConnectionRefusedError:
        result["outcome"] = "refused"
    except ConnectionResetError:
        result["outcome"] = "reset"
    except OSError as error:
        result["outcome"] = "oserror:%s" % error.errno


def main():
    flows = json.load(sys.stdin)
    results = [{"id": f["id"], "outcome": "", "requests_sent": 0, "replies": 0, "began": 0} for f in flows]
    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in zip(flows, results)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    json.dump(results, sys.stdout)


main()
