"""Servers of one pod or node. Argument: a JSON list of {"kind": "http"|"udp"|"dns"|"sink", "port": n}.

http  GET /bytes/N answers with N bytes; POST answers with how many bytes came. Keeps connections open.
udp   answers each datagram with the same bytes.
dns   answers each A question with one invented address.
Prints "ready" when all sockets are bound.
"""

import json
import socket
import struct
import sys
import threading


def read_head(conn, rest):
    """One request or response head, and what was read beyond it."""
    while b"\r\n\r\n" not in rest:
        more = conn.recv(65536)
        if not more:
            return None, b""
        rest += more
    head, rest = rest.split(b"\r\n\r\n", 1)
    return head.decode("latin-1"), rest


def http_conversation(conn):
    rest = b""
    with conn:
        conn.settimeout(30)
        while True:
            head, rest = read_head(conn, rest)
            if head is None:
                return
            method, path = head.split(" ")[0:2]
            expected = 0
            for line in head.split("\r\n")[1:]:
                name, _, value = line.partition(":")
                if name.lower() == "content-length":
                    expected = int(value)
            got = len(rest)
            while got < expected:
                more = conn.recv(262144)
                if not more:
                    return
                got += len(more)
            rest = b""
            if method == "POST":
                body = ("received %d\n" % got).encode()
            else:
                size = int(path.rsplit("/", 1)[1]) if path.startswith("/bytes/") else 64
                body = bytes(97 + i % 26 for i in range(size))
            conn.sendall(b"HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def quietly(conversation, conn):
    try:
        conversation(conn)
    except OSError:
        pass


def serve_http(listener):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=quietly, args=(http_conversation, conn), daemon=True).start()


def serve_datagrams(sock, answer):
    while True:
        data, peer = sock.recvfrom(65535)
        if answer is None:
            continue
        try:
            sock.sendto(answer(data), peer)
        except OSError:
            pass


def dns_answer(query):
    """The query with the response bit set and one A record that points at its name."""
    head = query[:2] + b"\x85\x80" + query[4:6] + b"\x00\x01\x00\x00\x00\x00"
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 30, 4) + bytes([10, 9, 8, 7])
    return head + query[12:] + record


def main():
    threads = []
    for spec in json.loads(sys.argv[1]):
        stream = spec["kind"] == "http"
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) if spec.get("v6") else socket.socket(
            socket.AF_INET, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM
        )
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("::" if spec.get("v6") else "0.0.0.0", spec["port"]))
        if stream:
            sock.listen(64)
            target, args = serve_http, (sock,)
        else:
            answers = {"dns": dns_answer, "udp": lambda data: data, "sink": None}
            target, args = serve_datagrams, (sock, answers[spec["kind"]])
        thread = threading.Thread(target=target, args=args, daemon=True)
        thread.start()
        threads.append(thread)
    print("ready", flush=True)
    threads[0].join()


main()
