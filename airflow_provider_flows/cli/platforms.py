"""`platforms`: what there is to run flows on, and what is wrong with what can't be used."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence

from airflow_provider_flows import outside
from airflow_provider_flows.cli.failures import FAILED
from airflow_provider_flows.cli.printing import print_text
from airflow_provider_flows.outside import Candidate
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.forms import shipped
from airflow_provider_flows.platforms.specs import PlatformSpec

_ABILITIES = {
    "status": "wait",
    "result": "result",
    "cancel": "cancel",
    "search": "search",
    "upload": "files",
    "describe": "describe",
}


def platforms(options: Namespace) -> int:  # noqa: ARG001 - the shape of commands
    """Print every platform, then what is wrong with those that can't be used; return 1 if there are any."""
    found = outside.candidates()
    origins = dict.fromkeys(shipped(), "this package")
    origins |= {each.name: each.origin for each in found if each.is_sound}
    rows = [_row(specs.load(name), origin) for name, origin in sorted(origins.items())]
    print_text(_table([("NAME", "TITLE", "VARIANTS", "CAN", "FROM"), *rows]))
    told = [each for each in found if each.diagnostics]
    if told:
        print_text("\n" + "\n\n".join(_told(told)))
    return FAILED if any(not each.is_sound for each in found) else 0


def _row(spec: PlatformSpec, origin: str) -> tuple[str, ...]:
    able = [word for purpose, word in _ABILITIES.items() if spec.can(purpose)]
    return spec.name, spec.title, ", ".join(spec.variants) or "-", ", ".join(able) or "-", origin


def _told(candidates: Iterable[Candidate]) -> Iterable[str]:
    for each in candidates:
        verdict = "can be used, but" if each.is_sound else "cannot be used"
        yield f"{each.name}, from {each.origin}, {verdict}:"
        yield from (diagnostic.text() for diagnostic in each.diagnostics)


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    )
