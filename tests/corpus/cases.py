"""The corpus on disk: good files, and faulty ones with the text that lint must print about each."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from airflow_provider_flows.cli.main import main as command
from airflow_provider_flows.dags.files import DEFAULTS, SUFFIX
from airflow_provider_flows.platforms.forms import SUFFIX as SPEC

HERE = Path(__file__).parent
GOOD = HERE / "good"
BAD = HERE / "bad"
EXPECTED = ".expected.txt"


@dataclass(frozen=True, slots=True)
class Case:
    """A faulty file, or a folder of files, and the file with what lint must say of it."""

    name: str
    target: Path
    expected: Path


def cases() -> list[Case]:
    """Return all that is faulty: every file or folder beside which an expectation lies."""
    return [
        Case(path.relative_to(BAD).as_posix().removesuffix(EXPECTED), _target(path), path)
        for path in sorted(BAD.rglob("*" + EXPECTED))
    ]


def orphans() -> Iterator[Path]:
    """Yield faulty files that no expectation speaks of."""
    told = {case.target for case in cases()}
    for path in [*BAD.rglob("*" + SUFFIX), *BAD.rglob("*" + SPEC), *BAD.rglob(DEFAULTS)]:
        if not told & {path, *path.parents}:
            yield path


def printed(target: Path) -> str:
    """Return what the command prints about a file or a folder, called where that lies."""
    here, name = (target.parent, target.name) if target.is_file() else (target, ".")
    data = io.BytesIO()
    with _working_in(here), redirect_stdout(io.TextIOWrapper(data, encoding="utf-8")) as out:
        command(["lint", name])
        out.flush()
        return data.getvalue().decode()


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def _target(expected: Path) -> Path:
    name = expected.name.removesuffix(EXPECTED)
    files = (expected.with_name(name + suffix) for suffix in (SUFFIX, SPEC))
    return next((file for file in files if file.is_file()), expected.with_name(name))


def difference(case: Case) -> str | None:
    """Return how lint's text differs from the one that is expected, None where it does not."""
    expected, got = case.expected.read_text("utf-8"), printed(case.target)
    if expected == got:
        return None
    lines = unified_diff(expected.splitlines(), got.splitlines(), "expected", "printed", lineterm="")
    return f"{case.name}:\n" + "\n".join(f"    {line}" for line in lines)


def good_files_difference() -> str | None:
    """Return what lint prints about the good files, None where it finds nothing in any of them."""
    got = printed(GOOD)
    return None if got == f"{number_of_good_files()} files, 0 errors\n" else got


def number_of_good_files() -> int:
    """Return how many good files there are."""
    return len([*GOOD.rglob("*" + SUFFIX), *GOOD.rglob("*" + SPEC), *GOOD.rglob(DEFAULTS)])
