"""A server that plays a script byte by byte, for all that a well-behaved one never does."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any


@dataclass(frozen=True)
class Seen:
    """One request as it came: its line, its headers in their order with names in lower case, its body."""

    line: str
    headers: list[tuple[str, str]]
    body: bytes = b""

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


@dataclass
class Call:
    """One request on its connection, for a script to answer."""

    server: WireServer
    sock: socket.socket
    seen: Seen

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)
        self.server.sent += len(data)

    def answer(
        self, status: int = 200, body: bytes = b"{}", headers: Mapping[str, str] | None = None
    ) -> None:
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self.send(f"HTTP/1.1 {status} Told\r\n{head}\r\n".encode() + body)

    def hang_up(self) -> None:
        self.sock.shutdown(socket.SHUT_RDWR)


Script = Callable[[Call], object]


@dataclass
class WireServer:
    """Listens on a free port of 127.0.0.1 while its `with` block lasts; plays `script` for each request."""

    script: Script
    context: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list)
    connections: int = 0
    sent: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> WireServer:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        socket.create_connection(("127.0.0.1", self.port)).close()  # it wakes the listener
        for sock in list(self._sockets):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._listener.close()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.stopping.is_set():
                sock.close()
                return
            self.connections += 1
            self._threads.append(threading.Thread(target=self._serve, args=(sock,)))
            self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(3)
        self._sockets.add(sock)
        with suppress(OSError), sock:
            secure = self.context.wrap_socket(sock, server_side=True) if self.context else sock
            self._sockets.add(secure)
            with secure, secure.makefile("rb") as reader:
                while seen := _read(reader):
                    self.seen.append(seen)
                    self.script(Call(self, secure, seen))
                    if seen.header("connection") == "close":
                        break


def answering(body: Any = None, status: int = 200, **headers: str) -> Script:
    """Return a script that answers every request alike."""
    data = json.dumps({} if body is None else body).encode()
    return lambda call: call.answer(status, data, {k.replace("_", "-"): v for k, v in headers.items()})


def wait_till_the_end(call: Call) -> None:
    """Answer nothing."""
    call.server.stopping.wait(10)


def _read(reader: IO[bytes]) -> Seen | None:
    """Return the next request, None when the client has left or speaks no HTTP."""
    line = reader.readline().decode("latin-1").strip()
    if not line or not line.isascii():
        return None
    headers = []
    while text := reader.readline().decode("latin-1").strip():
        name, _, value = text.partition(":")
        headers.append((name.lower(), value.strip()))
    size = int(dict(headers).get("content-length", 0))
    return Seen(line, headers, reader.read(size))
