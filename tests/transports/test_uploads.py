"""A file is streamed into a multipart body by both transports."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
import tracemalloc
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from functools import partial
from pathlib import Path
from typing import IO, Any

import pytest

from airflow_provider_flows.protocol.errors import InputsError, NotSentError, ResponseLostError
from airflow_provider_flows.protocol.messages import FilePart
from airflow_provider_flows.transports.options import TransportOptions
from airflow_provider_flows.transports.prepared import timeout_of
from tests.support.colours import Sync
from tests.support.requests_made import upload
from tests.support.servers import Seen, WireServer, answering

Serve = Callable[..., WireServer]
OPTIONS = TransportOptions(connect_timeout=2.0)
LARGE = 60 * 1024 * 1024


def part_of(path: Path, **named: Any) -> FilePart:
    """Describe a file as the hooks do."""
    known: dict[str, Any] = {
        "field_name": "file",
        "file_name": path.name,
        "size": path.stat().st_size,
        "content_type": "text/plain",
        "open": partial(path.open, "rb"),
    }
    return FilePart(**{**known, **named})


def parsed(seen: Seen) -> Message:
    """Read a body with one part, as the standard library does."""
    whole = message_from_bytes(f"Content-Type: {seen.header('content-type')}\r\n\r\n".encode() + seen.body)
    parts = [part for part in whole.walk() if not part.is_multipart()]
    assert len(parts) == 1
    return parts[0]


@pytest.mark.parametrize("content", [b"", b"hello", os.urandom(200_000)], ids=len)
def test_a_file_arrives_as_it_is(colour: Sync, serve: Serve, tmp_path: Path, content: bytes) -> None:
    """The bytes, the name, the field and the type of a file arrive, with the length told beforehand."""
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    server = serve(answering({"a": 1}))
    request = upload(server.url + "/", part_of(path), headers={"X-Key": "k"})
    assert colour.ask(OPTIONS, request).json() == {"a": 1}
    [seen] = server.seen
    part = parsed(seen)
    assert part.get_payload(decode=True) == content
    assert part["Content-Disposition"] == 'form-data; name="file"; filename="a.txt"'
    assert part.get_content_type() == "text/plain"
    assert seen.header("x-key") == "k"
    assert seen.header("transfer-encoding") is None


def test_a_name_cannot_leave_its_header(colour: Sync, serve: Serve, tmp_path: Path) -> None:
    """Quotes, line breaks and broken Unicode in a file's name are escaped; other characters stay."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    server = serve(answering())
    colour.ask(OPTIONS, upload(server.url + "/", part_of(path, file_name='a"\r\nX: ü\udcff')))
    assert 'filename="a%22%0D%0AX: ü?"'.encode() in server.seen[0].body
    assert parsed(server.seen[0]).get_payload(decode=True) == b"x"


def test_a_large_file_is_never_held(colour: Sync, tmp_path: Path) -> None:
    """Sending 60 MiB takes a small part of that as memory, and every byte arrives."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(LARGE)
        file.seek(LARGE - 3)
        file.write(b"end")
    with Sink() as sink:
        tracemalloc.start()
        try:
            colour.ask(OPTIONS, upload(sink.url, part_of(path), read_timeout=30.0))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < LARGE / 8
    assert sink.digest == hashlib.sha256(path.read_bytes()).hexdigest()


class Sink:
    """Takes one upload in and remembers only its digest, so that it holds nothing either."""

    def __enter__(self) -> Sink:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._take)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._listener.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def _take(self) -> None:
        sock, _ = self._listener.accept()
        with sock, sock.makefile("rb") as reader:
            lines = list(iter(lambda: reader.readline().strip().lower(), b""))
            size = next(int(line[15:]) for line in lines if line.startswith(b"content-length:"))
            boundary = next(line.partition(b"boundary=")[2] for line in lines if b"boundary=" in line)
            while line := reader.readline():
                size -= len(line)
                if not line.strip():
                    break
            self.digest = _digest(reader, size - len(b"\r\n--") - len(boundary) - len(b"--\r\n"))
            reader.read(len(b"\r\n--") + len(boundary) + len(b"--\r\n"))
            sock.sendall(b"HTTP/1.1 200 Told\r\nContent-Length: 2\r\n\r\n{}")


def _digest(reader: IO[bytes], size: int) -> str:
    digest = hashlib.sha256()
    while size:
        piece = reader.read(min(size, 65536))
        size -= len(piece)
        digest.update(piece)
    return digest.hexdigest()


def test_a_slow_upload_has_time(tmp_path: Path) -> None:
    """The read timeout is for the answer: a file has time of its own, by its size."""
    path = tmp_path / "a"
    path.write_bytes(b"x" * 160 * 1024)
    timeout = timeout_of(upload("http://h/", part_of(path)), OPTIONS)
    assert timeout.total == 2.0 + 10.0 + 2.0
    assert timeout.sock_read == 2.0


def test_a_file_that_went_away_is_named(colour: Sync, serve: Serve, tmp_path: Path) -> None:
    """A file that cannot be opened when its turn comes is the inputs' fault, and nothing is sent."""
    path = tmp_path / "gone.txt"
    path.write_bytes(b"x")
    part = part_of(path)
    path.unlink()
    server = serve(answering())
    with pytest.raises(InputsError, match=r"'gone\.txt' cannot be read"):
        colour.ask(OPTIONS, upload(server.url + "/", part))
    assert server.connections == 0


def test_a_file_that_shrinks_is_named(colour: Sync, serve: Serve, tmp_path: Path) -> None:
    """A file that becomes shorter while it is sent breaks the upload off at once, with its name."""
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * 1000)
    with pytest.raises(ResponseLostError, match=r"'log\.txt' became shorter"):
        colour.ask(OPTIONS, upload(serve(answering()).url + "/", part_of(path, size=2000)))


def test_a_file_that_grows_is_sent_as_it_was(colour: Sync, serve: Serve, tmp_path: Path) -> None:
    """What is written to a file after its size was told is left out."""
    path = tmp_path / "log.txt"
    path.write_bytes(b"x" * 1000)
    server = serve(answering())
    colour.ask(OPTIONS, upload(server.url + "/", part_of(path, size=400)))
    assert parsed(server.seen[0]).get_payload(decode=True) == b"x" * 400


def test_the_file_is_closed_whatever_happens(colour: Sync, serve: Serve, tmp_path: Path) -> None:
    """A file is closed after its upload, and after one that failed."""
    path = tmp_path / "a"
    path.write_bytes(b"x")
    opened: list[IO[bytes]] = []

    def remember() -> IO[bytes]:
        opened.append(path.open("rb"))
        return opened[-1]

    with WireServer(answering()) as gone:
        nobody = gone.url
    colour.ask(OPTIONS, upload(serve(answering()).url + "/", part_of(path, open=remember)))
    with pytest.raises(NotSentError):
        colour.ask(OPTIONS, upload(nobody + "/", part_of(path, open=remember)))
    assert [file.closed for file in opened] == [True, True]
