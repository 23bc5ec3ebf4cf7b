"""A PostgreSQL of the bench's own, from Debian's packages: it can be killed and come back with its data."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

_PACKAGE = "postgresql"
_USERS = ("postgres", "nobody")
_SECONDS_TO_START = 60.0
_CONNECTIONS = 300  # Airflow's pools of seven processes, and the bench's own


class Postgres:
    """One server on one port; as root it runs as another user, since PostgreSQL refuses root."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._bin = _installed()
        self._user = _another_user()
        self._server: subprocess.Popen[bytes] | None = None
        folder.mkdir(mode=0o755, exist_ok=True)
        self._data.mkdir(mode=0o700)
        self._log.touch()
        if self._user:
            for path in (folder, self._data, self._log):
                shutil.chown(path, self._user)

    @property
    def url(self) -> str:
        """Return SQLAlchemy's address of Airflow's database."""
        return f"postgresql+psycopg2://airflow@127.0.0.1:{self.port}/airflow"

    def create(self) -> None:
        """Make the cluster, start it, and make Airflow's empty database."""
        self._run("initdb", "-D", str(self._data), "-U", "airflow", "-A", "trust", "-E", "UTF8", "--locale=C")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "airflow", "airflow")

    def start(self) -> None:
        """Start the server and return when it takes connections."""
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [
                    str(self._bin / "postgres"), "-D", str(self._data), "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self._data}",
                    "-c", f"max_connections={_CONNECTIONS}",
                ],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=self._user, cwd="/",
                start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + _SECONDS_TO_START
        while not self.answers():
            if self._server.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.1)

    def kill(self) -> int:
        """End the server at once, as a crash would, and return its pid; `start` recovers the data."""
        return self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """End the server and its clients; does nothing if it is not there."""
        if self._server is not None and self._server.poll() is None:
            self._end(signal.SIGINT)

    def answers(self) -> bool:
        """Tell whether the server takes connections."""
        asked = [str(self._bin / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0

    def _end(self, number: signal.Signals) -> int:
        if self._server is None:
            raise RuntimeError("PostgreSQL was never started")
        self._server.send_signal(number)
        try:
            self._server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        return self._server.pid

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._bin / program), *arguments],
            user=self._user, cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-2000:]}")


def _installed(find: Callable[[], Path | None] = lambda: _newest(Path("/usr/lib/postgresql"))) -> Path:
    """Return the folder of the server's programs; root gets them from Debian where they lack."""
    if found := find():
        return found
    if os.geteuid() != 0:
        raise RuntimeError(f"there is no PostgreSQL here: apt-get install {_PACKAGE}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", _PACKAGE]):
        subprocess.run(["apt-get", "--quiet", *command], check=True, env=os.environ | quiet)  # noqa: S607
    if found := find():
        return found
    raise RuntimeError(f"apt-get installed {_PACKAGE}, but no server was found")


def _newest(top: Path) -> Path | None:
    programs = [server.parent for server in top.glob("*/bin/postgres")]
    return max(programs, key=lambda folder: float(folder.parent.name), default=None)


def _another_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(user for user in _USERS if user in known)
