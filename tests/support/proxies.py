"""A small forward proxy as a script: plain requests and CONNECT tunnels, all of them seen by its server."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from tests.support.servers import Call


def forward(call: Call) -> None:
    """Carry one request to where it wants to go, or open a tunnel."""
    if call.seen.line.startswith("CONNECT "):
        host, _, port = call.seen.target.rpartition(":")
        with socket.create_connection((host, int(port)), 3) as there:
            call.send(b"HTTP/1.1 200 Connected\r\n\r\n")
            _pump_both(call.sock, there)
        return
    parts = urlsplit(call.seen.target)
    with socket.create_connection((parts.hostname, parts.port or 80), 3) as there:
        there.sendall(_request(call))
        _pump(there, call.sock)
    call.hang_up()


def _request(call: Call) -> bytes:
    method, target, version = call.seen.line.split(" ")
    path = "/" + target.split("/", 3)[3]
    kept = [(name, value) for name, value in call.seen.headers if not name.startswith("proxy-")]
    lines = [f"{method} {path} {version}", *(f"{name}: {value}" for name, value in kept), "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + call.seen.body


def _pump_both(here: socket.socket, there: socket.socket) -> None:
    back = threading.Thread(target=_pump, args=(there, here))
    back.start()
    _pump(here, there)
    back.join(5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
