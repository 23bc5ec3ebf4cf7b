"""An nginx of our own, which gives constant answers, fast, and counts requests and connections."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_flows.demo.environment import free_port
from tests.bench.polling.answers import locations
from tests.bench.polling.certificate import Certificate, make_certificate

_CONFIGURATION = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  default_type application/json;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls_port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
{locations}
  }}
  server {{
    listen 127.0.0.1:{counters_port};
    location / {{ stub_status; }}
  }}
}}
"""


class NoNginxError(Exception):
    """There is no nginx, or it doesn't start."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where a running nginx answers.

    :param port: of plain HTTP on 127.0.0.1
    :param tls_port: of HTTPS
    :param counters_port: of its own counters
    :param authority: path of the certificate to trust
    :param workers: process ids that do its work
    :param token_log: a line for each token taken out
    """

    port: int
    tls_port: int
    counters_port: int
    authority: str
    workers: tuple[int, ...]
    token_log: str

    def address(self, *, tls: bool) -> str:
        """Return the address without a path."""
        return f"https://127.0.0.1:{self.tls_port}" if tls else f"http://127.0.0.1:{self.port}"

    def counters(self) -> tuple[int, int]:
        """Return connections and requests until now; this question counts as one of each."""
        with socket.create_connection(("127.0.0.1", self.counters_port), timeout=30) as line:
            line.sendall(b"GET / HTTP/1.0\r\n\r\n")
            told = b"".join(iter(lambda: line.recv(4096), b""))
        # "server accepts handled requests", then the three numbers
        accepted, _, requests = told.split(b"requests", 1)[1].split()[:3]
        return int(accepted), int(requests)

    def seconds(self) -> float:
        """Return the processor's time that its workers have had."""
        ticks = 0
        for worker in self.workers:
            fields = Path(f"/proc/{worker}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(fields[11]) + int(fields[12])  # utime and stime, counted after the name
        return ticks / os.sysconf("SC_CLK_TCK")


async def counters(server: Server) -> tuple[int, int]:
    """Do what `Server.counters` does without a stall of the running loop."""
    return await asyncio.to_thread(server.counters)


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """Run an nginx in a folder of its own until the block ends; raises `NoNginxError`."""
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise NoNginxError("the bench needs nginx: apt-get install nginx-light")
    folder.mkdir()
    ports = free_port(), free_port(), free_port()
    certificate = make_certificate(folder)
    token_log = folder / "tokens.log"
    configuration = folder / "nginx.conf"
    configuration.write_text(_configuration(folder, ports, certificate, token_log))
    process = subprocess.Popen(
        [program, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(configuration)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        workers = _wait_until_up(process, ports[0], folder)
        yield Server(*ports, str(certificate.authority), workers, str(token_log))
    finally:
        process.terminate()
        process.wait(timeout=30)


def _configuration(
    folder: Path, ports: tuple[int, int, int], certificate: Certificate, token_log: Path
) -> str:
    port, tls_port, counters_port = ports
    return _CONFIGURATION.format(
        folder=folder,
        port=port,
        tls_port=tls_port,
        counters_port=counters_port,
        certificate=certificate.chain,
        key=certificate.key,
        locations=locations(token_log),
    )


def _wait_until_up(process: subprocess.Popen[bytes], port: int, folder: Path) -> tuple[int, ...]:
    deadline = time.monotonic() + 30
    while not (workers := _children(process.pid)) or not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoNginxError(f"nginx did not start: {(folder / 'error.log').read_text()[-500:]}")
        time.sleep(0.05)
    return workers


def _children(pid: int) -> tuple[int, ...]:
    try:
        return tuple(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except FileNotFoundError:
        return ()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
