"""Plays one scene between two namespaces with real sockets: both ends live in this process.

Arguments: the scene's name, the client's namespace, the server's. A scene is a generator: what it does before its
`yield` happens before the capture begins. Prints "ready" there and waits for a line; prints "done" at its end and
waits for the end of its input, so that what a scene left open stays open until the capture has ended.
"""

import ctypes
import errno
import os
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

C, S = "10.9.1.2", "10.9.2.2"
C6, S6 = "fd09:1::2", "fd09:2::2"
CLIENT, SERVER = sys.argv[2], sys.argv[3]
libc = ctypes.CDLL(None, use_errno=True)
keep = []


def enter(netns):
    with open("/run/netns/" + netns) as handle:
        if libc.setns(handle.fileno(), 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")


def sock(netns, family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0):
    enter(netns)
    made = socket.socket(family, kind, protocol)
    keep.append(made)
    made.settimeout(20)
    return made


def listener(port, family=socket.AF_INET, backlog=64, receive=None):
    made = sock(SERVER, family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if receive:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    made.bind(("", port))
    made.listen(backlog)
    return made


def pair(port, family=socket.AF_INET, receive=None):
    """A connection: the client's end and the server's."""
    door = listener(port, family, receive=receive)
    client = sock(CLIENT, family)
    client.connect((S6 if family == socket.AF_INET6 else S, port))
    server, _ = door.accept()
    server.settimeout(20)
    keep.append(server)
    for end in (client, server):
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client, server


def exactly(end, size):
    got = 0
    while got < size:
        more = end.recv(min(size - got, 1 << 20))
        if not more:
            raise EOFError
        got += len(more)


REQUEST = b"GET /items HTTP/1.1\r\nHost: shop\r\n\r\n"


def response(size=300, status=b"200 OK"):
    return b"HTTP/1.1 " + status + b"\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size


def exchange(client, server, size=300, wait=0.0):
    client.sendall(REQUEST)
    exactly(server, len(REQUEST))
    time.sleep(wait)
    answer = response(size)
    server.sendall(answer)
    exactly(client, len(answer))


def close(*ends):
    for end in ends:
        end.close()
        time.sleep(0.02)


def background(work):
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def copy(sender, receiver, size):
    """`size` bytes one way, both ends at work."""
    thread = background(lambda: sender.sendall(b"z" * size))
    exactly(receiver, size)
    thread.join()


def http_keep_alive():
    yield
    client, server = pair(8080)
    for _ in range(5):
        exchange(client, server)
        time.sleep(0.4)


def http_new_connections():
    yield
    for port in range(8080, 8092):
        client, server = pair(port)
        exchange(client, server)
        close(client, server)


def long_poll():
    yield
    client, server = pair(8080)
    exchange(client, server, wait=6.5)
    close(client, server)


def grpc_stream():
    yield
    client, server = pair(50051)
    client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
    server.sendall(bytes.fromhex("000000040000000000000000040100000000"))
    for number in range(30):
        client.sendall(bytes.fromhex("000005000000000001") + b"hello")
        server.sendall(bytes.fromhex("000005000000000001") + b"there")
        if number % 10 == 0:
            client.sendall(bytes.fromhex("0000080600000000000000000000000001"))
            server.sendall(bytes.fromhex("0000080601000000000000000000000001"))
        time.sleep(0.1)
        server.recv(65536)
        client.recv(65536)
    time.sleep(2)


def server_push():
    yield
    client, server = pair(8080)
    exchange(client, server)
    for _ in range(40):
        server.sendall(b"data: tick\n\n")
        time.sleep(0.1)
        client.recv(65536)


def idle():
    yield
    client, server = pair(5432)
    exchange(client, server)
    time.sleep(7)
    exchange(client, server)


def idle_keep_alive(family=socket.AF_INET):
    yield
    client, server = pair(5432, family)
    for end in (client, server):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    exchange(client, server)
    time.sleep(6)


def idle_keep_alive_v6():
    yield from idle_keep_alive(socket.AF_INET6)


def keep_alive_into_nothing():
    yield
    client, server = pair(5432)
    exchange(client, server)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    run("ip", "netns", "exec", SERVER, "iptables", "-A", "INPUT", "-p", "tcp", "-j", "DROP")
    time.sleep(6)


def port_scan():
    yield
    door = listener(8443)
    for port in [*range(8400, 8460)]:
        probe = sock(CLIENT)
        probe.connect_ex((S, port))
        probe.close()
    keep.append(door)
    time.sleep(1.5)


def syn_scan():
    """As nmap -sS: the kernel knows nothing of the SYN and resets the answer."""
    yield
    keep.append(listener(8443))
    raw = sock(CLIENT, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
    for port in range(8430, 8450):
        raw.sendto(bare_tcp(C, S, 45000 + port, port, 7_000_000 + port, 0, 2), (S, 0))
        time.sleep(0.01)
    time.sleep(1.5)


def bare_tcp(src, dst, sport, dport, seq, ack, flags, window=64240):
    head = struct.pack(">HHIIBBHHH", sport, dport, seq, ack, 5 << 4, flags, window, 0, 0)
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack(">BBH", 0, 6, len(head))
    return head[:16] + struct.pack(">H", checksum(pseudo + head)) + head[18:]


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def ping():
    yield
    raw = sock(CLIENT, socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    for number in range(6):
        body = b"abcdefgh" * 7
        head = struct.pack(">BBHHH", 8, 0, 0, 77, number)
        raw.sendto(struct.pack(">BBHHH", 8, 0, checksum(head + body), 77, number) + body, (S, 0))
        raw.recv(2048)
        time.sleep(0.3)


def multicast_chatter():
    """mDNS, SSDP and an IGMP join, which nobody answers."""
    yield
    talker = sock(CLIENT, socket.AF_INET, socket.SOCK_DGRAM)
    talker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    talker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(C))
    talker.setsockopt(
        socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.251") + socket.inet_aton(C)
    )
    talker.bind(("", 5353))
    for _ in range(4):
        talker.sendto(question(0, "_http._tcp.local", 12), ("224.0.0.251", 5353))
        talker.sendto(question(0, "printer.local", 1), ("224.0.0.251", 5353))
        talker.sendto(b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n", ("239.255.255.250", 1900))
        time.sleep(0.6)
    time.sleep(2)


def question(number, name, kind=1):
    encoded = b"".join(bytes([len(p)]) + p.encode() for p in name.split(".")) + b"\0"
    return struct.pack(">HHHHHH", number, 0x0100, 1, 0, 0, 0) + encoded + struct.pack(">HH", kind, 1)


def answer(query, code=0):
    """The query with the response bit and, without an error, one address record."""
    records = 0 if code else 1
    head = query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, records, 0, 0)
    tail = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 30, 4) + bytes([10, 9, 2, 9])
    return head + query[12:] + (tail if records else b"")


def resolver(port=53):
    server = sock(SERVER, socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((S, port))
    client = sock(CLIENT, socket.AF_INET, socket.SOCK_DGRAM)
    client.connect((S, port))
    return client, server


def ask(client, server, query, code=0, wait=0.0):
    client.send(query)
    data, peer = server.recvfrom(2048)
    time.sleep(wait)
    server.sendto(answer(data, code), peer)
    client.recv(2048)


def dns_search_path():
    """`ndots:5`: three names that do not exist before the one that does, A and AAAA at once."""
    yield
    number = 1
    for name in ["shop.example.com.shop.svc.cluster.local", "shop.example.com.svc.cluster.local",
                 "shop.example.com.cluster.local", "shop.example.com"] * 3:
        client, server = resolver()
        client.send(question(number, name))
        client.send(question(number + 1, name, 28))
        for _ in range(2):
            data, peer = server.recvfrom(2048)
            server.sendto(answer(data, 0 if name == "shop.example.com" else 3), peer)
            client.recv(2048)
        number += 2
        close(client, server)


def dns_one_silent():
    yield
    client, server = resolver()
    silent = sock(SERVER, socket.AF_INET, socket.SOCK_DGRAM)
    run("ip", "-n", SERVER, "addr", "add", "10.9.2.3/24", "dev", "eth0")
    silent.bind(("10.9.2.3", 53))
    other = sock(CLIENT, socket.AF_INET, socket.SOCK_DGRAM)
    other.connect(("10.9.2.3", 53))
    for number in range(8):
        other.send(question(100 + number, "orders.shop.svc.cluster.local"))
        time.sleep(0.2)
        ask(client, server, question(200 + number, "orders.shop.svc.cluster.local"))
    time.sleep(5.5)


def ntp():
    yield
    client, server = resolver(123)
    for _ in range(3):
        client.send(b"\x23" + bytes(47))
        _, peer = server.recvfrom(2048)
        server.sendto(b"\x24" + bytes(47), peer)
        client.recv(2048)
        time.sleep(0.5)


def dhcp():
    """A lease renewed by broadcast, and one nobody offers."""
    yield
    link = sock(CLIENT, socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(("eth0", 0))
    mac = bytes.fromhex("0a1122334455")
    def frame(src, dst, source, target, op, kind, eth):
        body = struct.pack(">BBBBIHHIIII16s64s128s", op, 1, 6, 0, 0x39030001, 0, 0x8000, 0, 0, 0, 0, mac + bytes(10), b"", b"")
        body += bytes.fromhex("63825363") + bytes([53, 1, kind, 255])
        udp = struct.pack(">HHHH", source, target, 8 + len(body), 0) + body
        head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, socket.inet_aton(src), socket.inet_aton(dst))
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        return eth + mac + b"\x08\x00" + head + udp
    everyone = b"\xff" * 6
    for kind, op, src, source, target in [(1, 1, "0.0.0.0", 68, 67), (2, 2, "10.9.1.1", 67, 68), (3, 1, "0.0.0.0", 68, 67), (5, 2, "10.9.1.1", 67, 68)]:
        link.send(frame(src, "255.255.255.255", source, target, op, kind, everyone))
        time.sleep(0.05)
    for _ in range(4):
        link.send(frame("0.0.0.0", "255.255.255.255", 68, 67, 1, 1, everyone))
        time.sleep(0.7)


def neighbour_discovery():
    """Duplicate address detection and router solicitation have no answers in a healthy network."""
    yield
    run("ip", "-n", CLIENT, "addr", "add", "fd09:1::77/64", "dev", "eth0")
    all_routers = sock(CLIENT, socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
    all_routers.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
    scope = socket.if_nametoindex("eth0")
    for _ in range(3):
        all_routers.sendto(bytes([133, 0, 0, 0, 0, 0, 0, 0]), ("ff02::2", 0, 0, scope))
        time.sleep(0.5)
    client, server = pair(8080, socket.AF_INET6)
    exchange(client, server)
    time.sleep(1.5)
    close(client, server)


def half_closed():
    yield
    client, server = pair(8080)
    client.sendall(REQUEST)
    client.shutdown(socket.SHUT_WR)
    exactly(server, len(REQUEST))
    for _ in range(20):
        server.sendall(b"y" * 4000)
        time.sleep(0.2)
        exactly(client, 4000)
    close(server, client)


def simultaneous_open():
    """Both ends connect at once; the cable is slow enough for the SYNs to cross."""
    yield
    left, right = sock(CLIENT), sock(SERVER)
    left.bind((C, 7001))
    right.bind((S, 7002))
    for end, peer in ((left, (S, 7002)), (right, (C, 7001))):
        end.setblocking(False)
        if end.connect_ex(peer) != errno.EINPROGRESS:
            raise RuntimeError("the connection was not left in progress")
    time.sleep(0.6)
    for end in (left, right):
        end.setblocking(True)
    left.sendall(b"left")
    right.sendall(b"right")
    exactly(right, 4)
    exactly(left, 5)
    close(left, right)


def fast_open():
    yield
    door = sock(SERVER)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.setsockopt(socket.IPPROTO_TCP, 23, 16)
    door.bind(("", 8080))
    door.listen(16)
    for _ in range(3):
        client = sock(CLIENT)
        client.setblocking(True)
        client.sendto(REQUEST, 0x20000000, (S, 8080))
        server, _ = door.accept()
        exactly(server, len(REQUEST))
        server.sendall(response())
        exactly(client, len(response()))
        close(client, server)


def bulk(size=8_000_000):
    yield
    client, server = pair(8081)
    copy(client, server, size)
    copy(server, client, size)
    close(client, server)


def stuck_bulk():
    """An upload that ends in nothing."""
    yield
    client, server = pair(8081)
    background(lambda: client.sendall(b"z" * 400_000))
    time.sleep(8)


def idle_begun_before():
    """Idle connections: the first packets of the capture are keep-alives, data comes later."""
    ends = [pair(5432), pair(5433)]
    for client, server in ends:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        exchange(client, server)
    yield
    time.sleep(3.5)
    exchange(*ends[0])
    time.sleep(1)


def small_bulk():
    yield from bulk(600_000)


def parallel_connections():
    yield
    ends = [pair(8080 + number) for number in range(12)]
    for _ in range(4):
        for client, _ in ends:
            client.sendall(REQUEST)
        for _, server in ends:
            exactly(server, len(REQUEST))
            server.sendall(response())
        for client, _ in ends:
            exactly(client, len(response()))
    close(*[end for both in ends for end in both])


def closed_window(seconds):
    client, server = pair(8081, receive=16_384)
    thread = background(lambda: client.sendall(b"w" * 3_000_000))
    time.sleep(seconds)
    exactly(server, 3_000_000)
    thread.join()
    exchange(client, server)
    close(client, server)


def window_closed_briefly():
    yield
    closed_window(0.1)


def window_closed_long():
    yield
    closed_window(3.5)


def udp_fragments():
    yield
    client, server = resolver(7777)
    for _ in range(5):
        client.send(b"u" * 7000)
        _, peer = server.recvfrom(65535)
        server.sendto(b"v" * 6000, peer)
        client.recv(65535)
        time.sleep(0.3)


def reset(end):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def probes_that_close():
    yield
    for number in range(10):
        client, server = pair(8080)
        close(client, server)
        keep[-3].close()
        time.sleep(0.1)


def probes_that_reset():
    yield
    for number in range(10):
        client, server = pair(8080)
        reset(client)
        keep[-3].close()
        time.sleep(0.1)


def reset_after_exchange():
    yield
    for number in range(5):
        client, server = pair(8080 + number)
        exchange(client, server)
        reset(client)


def reset_after_fin():
    """The client has sent its FIN and resets what comes after."""
    yield
    for number in range(5):
        client, server = pair(8080 + number)
        exchange(client, server)
        client.close()
        time.sleep(0.02)
        server.sendall(b"late")
        time.sleep(0.05)
        server.close()


def server_resets_request():
    yield
    for number in range(3):
        client, server = pair(8080 + number)
        client.sendall(REQUEST)
        exactly(server, len(REQUEST))
        reset(server)
    time.sleep(0.2)


def refused():
    yield
    for _ in range(3):
        client = sock(CLIENT)
        client.connect_ex((S, 8089))
        time.sleep(0.5)


def syn_dropped():
    yield
    client = sock(CLIENT)
    client.settimeout(4)
    client.connect_ex((S, 8089))
    time.sleep(1.2)


def full_backlog():
    """The accept queue is full for a while: SYNs are repeated, and then answered."""
    yield
    door = listener(8080, backlog=0)
    clients = [sock(CLIENT) for _ in range(3)]
    for client in clients:
        client.setblocking(False)
        client.connect_ex((S, 8080))
    time.sleep(0.5)
    for client in clients:
        client.setblocking(True)
        background(lambda end=client: end.sendall(REQUEST))
    for _ in clients:
        keep.append(door.accept()[0])
    time.sleep(0.5)


def traceroute():
    yield
    for ttl in (1, 2, 3):
        for attempt in range(3):
            probe = sock(CLIENT, socket.AF_INET, socket.SOCK_DGRAM)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            probe.sendto(bytes(32), (S, 33434 + ttl * 3 + attempt))
            time.sleep(0.1)
    time.sleep(1)


def closed_udp_port():
    yield
    client = sock(CLIENT, socket.AF_INET, socket.SOCK_DGRAM)
    client.connect((S, 9999))
    for _ in range(3):
        try:
            client.send(b"anybody there")
            time.sleep(0.3)
            client.recv(100)
        except ConnectionRefusedError:
            pass
        except socket.timeout:
            pass


def one_way_datagrams():
    yield
    keep.append(resolver(8125)[1])
    client = keep[-2]
    for number in range(120):
        client.send(b"shop.requests:%d|c" % number)
        time.sleep(0.02)


def same_port_again():
    """A client that binds its port: a new connection with the old five-tuple, once the old one is closed."""
    yield
    for _ in range(3):
        door = listener(8080)
        client = sock(CLIENT)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind((C, 41000))
        client.connect((S, 8080))
        server, _ = door.accept()
        exchange(client, server)
        close(client, server)
        door.close()
        time.sleep(1.3)


def begun_before():
    """Open before the capture begins, and open when it ends."""
    client, server = pair(5432)
    exchange(client, server)
    busy, other = pair(5433)
    background(lambda: [busy.sendall(b"b" * 500_000) or time.sleep(0.05) for _ in range(400)])
    background(lambda: exactly(other, 200_000_000))
    yield
    for _ in range(5):
        exchange(client, server)
        time.sleep(0.2)


def tls(trusted):
    folder = "/tmp/eks-netcheck-scene-%d" % os.getpid()
    os.makedirs(folder, exist_ok=True)
    key, certificate = folder + "/key.pem", folder + "/cert.pem"
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
        "-days", "2", "-subj", "/CN=shop", "-addext", "subjectAltName=DNS:shop")
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(certificate, key)
    wanted = ssl.create_default_context(cafile=certificate if trusted else None)
    if not trusted:
        # In TLS 1.3 the alert is encrypted.
        wanted.maximum_version = ssl.TLSVersion.TLSv1_2
    run("rm", "-r", folder)
    yield
    for number in range(3):
        client, server = pair(8443 + number)
        def serve(end=server):
            try:
                with offered.wrap_socket(end, server_side=True) as secure:
                    secure.recv(4096)
                    secure.sendall(response())
                    secure.recv(4096)
            except (OSError, ssl.SSLError):
                pass
        thread = background(serve)
        try:
            with wanted.wrap_socket(client, server_hostname="shop") as secure:
                secure.sendall(REQUEST)
                secure.recv(4096)
                secure.unwrap()
        except (OSError, ssl.SSLError):
            pass
        thread.join(2)


def tls_trusted():
    yield from tls(True)


def tls_untrusted():
    yield from tls(False)


def arp_probes():
    """RFC 5227: probes without a sender's address, then announcements; nobody answers either."""
    yield
    link = sock(CLIENT, socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(("eth0", 0))
    mac = bytes.fromhex("0a1122334455")
    for sender in ("0.0.0.0", "0.0.0.0", "0.0.0.0", "10.9.1.50", "10.9.1.50"):
        arp = struct.pack(">HHBBH6s4s6s4s", 1, 0x0800, 6, 4, 1, mac, socket.inet_aton(sender), bytes(6), socket.inet_aton("10.9.1.50"))
        link.send(b"\xff" * 6 + mac + b"\x08\x06" + arp)
        time.sleep(0.8)
    time.sleep(1.5)


def arp_nobody_there():
    yield
    client = sock(CLIENT, socket.AF_INET, socket.SOCK_DGRAM)
    for _ in range(4):
        client.sendto(b"hello", ("10.9.1.99", 9))
        time.sleep(1.1)
    time.sleep(1)


def other_protocols():
    """Frames that are no IP: LLDP, spanning tree, an unknown type."""
    yield
    link = sock(CLIENT, socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(("eth0", 0))
    mac = bytes.fromhex("0a1122334455")
    for _ in range(5):
        link.send(bytes.fromhex("0180c200000e") + mac + b"\x88\xcc" + bytes(50))
        link.send(bytes.fromhex("0180c2000000") + mac + struct.pack(">H", 38) + bytes(50))
        link.send(b"\xff" * 6 + mac + b"\x88\xb5" + bytes(50))
        time.sleep(0.2)


def urgent_data():
    yield
    client, server = pair(8080)
    for _ in range(5):
        client.send(b"!", socket.MSG_OOB)
        exchange_small(client, server)
    close(client, server)


def exchange_small(client, server):
    """One byte at a time, as terminals do."""
    for byte in b"hello":
        client.sendall(bytes([byte]))
        time.sleep(0.03)
        server.recv(100)
        server.sendall(b"e")
        exactly(client, 1)


def keystrokes():
    yield
    client, server = pair(2222)
    for _ in range(6):
        exchange_small(client, server)
    close(client, server)


def http_errors():
    yield
    client, server = pair(8080)
    for _ in range(6):
        client.sendall(REQUEST)
        exactly(server, len(REQUEST))
        answer_ = response(20, b"503 Service Unavailable")
        server.sendall(answer_)
        exactly(client, len(answer_))
    close(client, server)


def http_error_later():
    """The fifth answer on one connection is an error."""
    yield
    client, server = pair(8080)
    for _ in range(4):
        exchange(client, server)
    client.sendall(REQUEST)
    exactly(server, len(REQUEST))
    server.sendall(response(20, b"502 Bad Gateway"))
    client.recv(4096)
    exchange(client, server)
    close(client, server)


def http_not_modified():
    yield
    client, server = pair(8080)
    for status in [b"304 Not Modified", b"404 Not Found", b"200 OK", b"301 Moved"] * 3:
        client.sendall(REQUEST)
        exactly(server, len(REQUEST))
        server.sendall(response(0, status))
        client.recv(4096)
    close(client, server)


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    # On one processor packets keep their order on the veths.
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[os.getpid() % len(processors)]})
    scene = globals()[sys.argv[1]]()
    next(scene)
    print("ready", flush=True)
    sys.stdin.readline()
    for _ in scene:
        pass
    print("done", flush=True)
    sys.stdin.read()


main()
