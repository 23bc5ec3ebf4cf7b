"""Pipelines as they were at a revision of git."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from airflow_provider_flows.cli.failures import CommandError
from airflow_provider_flows.dags.files import DEFAULTS, SUFFIX


def root_of(folder: Path) -> Path:
    """Return the root of the repository around a folder; raises `CommandError` where there is none."""
    return Path(_git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))


@contextmanager
def checked_out(root: Path, revision: str) -> Iterator[Path]:
    """Give a folder with the pipelines and defaults of a whole repository as they were; gone afterwards."""
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    listed = _git(root, "ls-tree", "-r", "-z", "--name-only", commit.decode().strip()).decode().split("\0")
    wanted = [name for name in listed if name.endswith(SUFFIX) or Path(name).name == DEFAULTS]
    with TemporaryDirectory(prefix="flows-diff-") as folder:
        if wanted:
            paths = [f":(literal){name}" for name in wanted]
            archive = _git(root, "archive", "--format=tar", commit.decode().strip(), "--", *paths)
            with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                for member in tar:
                    _extract(tar, member, Path(folder))
        yield Path(folder)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write one plain file; links lead elsewhere, and are left out."""
    data = tar.extractfile(member) if member.isfile() else None
    path = (folder / member.name).resolve()
    if data is not None and path.is_relative_to(folder.resolve()):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.read())


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - no shell
    except FileNotFoundError as error:
        raise CommandError("git is needed to compare with a revision, and is not installed") from error
    except subprocess.CalledProcessError as error:
        said = " ".join(error.stderr.decode(errors="replace").split())
        raise CommandError(f"git {arguments[0]} failed: {said or 'there is no such revision'}") from error
