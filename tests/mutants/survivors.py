"""Which changes of the code no test notices, and the written reasons why that is right."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

REASONS = Path(__file__).with_name("survivors.yaml")
KILLED = frozenset({1, 3})  # pytest's "tests failed" and "internal error"
TIMED_OUT = frozenset({24, -24, 36, 152, 255})  # as mutmut knows them: an endless loop was ended


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of the code, told so that it is known again when lines have moved."""

    file: str
    function: str
    original: str
    replaced: str

    def __str__(self) -> str:
        return f"{self.file}, {self.function}:\n  - {self.original}\n  + {self.replaced}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many mutants were killed (some of them by the clock), and which were not."""

    killed: int
    timed_out: int
    survivors: list[Mutant]


def reasons() -> dict[Mutant, str]:
    """Return why each known survivor is none that a test could kill."""
    told = yaml.safe_load(REASONS.read_text("utf-8")) or []
    return {
        Mutant(each["file"], each["function"], each["original"], each["replaced"]): each["reason"]
        for each in told
    }


def outcome(folder: Path) -> Outcome:
    """Read what mutmut has left in the folder that it ran in; raises `ValueError` for an unfinished run."""
    codes = dict(_codes(folder))
    if not codes or None in codes.values():
        raise ValueError("mutmut has not come to its end")
    timed_out = [name for name, code in codes.items() if code in TIMED_OUT]
    alive = [name for name, code in codes.items() if code not in KILLED | TIMED_OUT]
    survivors = [_told(folder, name) for name in alive]
    return Outcome(len(codes) - len(alive), len(timed_out), survivors)


def _codes(folder: Path) -> Iterator[tuple[str, int | None]]:
    for path in sorted(folder.glob("mutants/**/*.meta")):
        yield from json.loads(path.read_text("utf-8"))["exit_code_by_key"].items()


def _told(folder: Path, name: str) -> Mutant:
    """Return a mutant as mutmut shows it: what was taken away, and what stands there instead."""
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    module, _, mangled = name.rpartition(".")
    function = re.sub(r"__mutmut_\d+$", "", mangled).removeprefix("x").replace("ǁ", ".").lstrip("._")
    return Mutant(f"{module.replace('.', '/')}.py", function, _lines(shown, "-"), _lines(shown, "+"))


def _lines(shown: str, sign: str) -> str:
    found = re.findall(rf"^{re.escape(sign)}(?!{re.escape(sign * 2)})(.*)$", shown, re.MULTILINE)
    return "\n".join(line.strip() for line in found)
