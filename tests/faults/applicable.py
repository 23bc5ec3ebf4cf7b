"""Which cells there must be: every fault at every place, but for those that `not_applicable.yaml` names."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from pathlib import Path

import yaml

from tests.faults.cells import Fault

PLACES = tuple(map(" ".join, product(("scade", "blinkops", "wisebot"), ("wait", "defer"))))
_FILE = Path(__file__).with_name("not_applicable.yaml")


def disagreements(faults: Iterable[Fault]) -> list[str]:
    """Say where cells and file disagree; empty if they don't."""
    faults = tuple(faults)
    names = {fault.name for fault in faults}
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    listed_names = {name for entry in entries for name in entry["faults"]}
    told = [f"not_applicable.yaml: unknown fault {name}" for name in sorted(listed_names - names - {"*"})]
    told += [
        f"an entry of not_applicable.yaml gives no reason: {entry}" for entry in entries if not entry["why"]
    ]
    for fault, place in product(faults, PLACES):
        listed = any(place in entry["places"] and {"*", fault.name} & {*entry["faults"]} for entry in entries)
        there = any(f"{cell.platform} {cell.mode}" == place for cell in fault.cells)
        if listed == there:
            told.append(
                f"{fault.name} on {place} is {'a cell and listed' if there else 'neither a cell nor listed'}"
            )
    return told
