"""Plays the faults: those that hit only their own cells side by side, the others one after the other."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed

from tests.faults.applicable import disagreements
from tests.faults.bench import Bench
from tests.faults.catalogue import FAULTS, chosen
from tests.faults.cells import Fault, Outcome
from tests.faults.judge import play_all, play_cell
from tests.faults.report import ended_as_told, ended_line, last_line, table, went_well
from tests.faults.secrets_used import search_secrets
from tests.faults.session import Setting, open_bench, say
from tests.faults.settings import lowered_table

_AT_ONCE = 16  # cells; each leg of a task is mostly CPU time


def run(options: argparse.Namespace) -> int:
    """Play the chosen faults, print the table and the last line; return 0 only if all held."""
    began = time.monotonic()
    if wrong := disagreements(FAULTS):
        raise SystemExit("faults: " + "; ".join(wrong))
    faults = chosen(options.only, options.cell, peers=not options.no_peers)
    setting = Setting(
        options.sqlite, not options.no_peers, options.quick, options.keep, options.end_from_trigger
    )
    with open_bench(setting) as bench:
        bench.seed = options.seed
        say(began, "everything runs")
        outcomes = list(_played(bench, faults, began))
        found = search_secrets(bench)
    last, choice = last_line(faults, outcomes), options.end_from_trigger
    print(shown := f"{table(faults, outcomes)}\n\n{ended_line(outcomes, choice)}")
    print("".join(f"a secret stands in {place}\n" for place in found.places), end="")
    if options.out:
        options.out.write_text(f"{shown}\n\n{found}\n{last}\n")
    print(last, flush=True)
    whole = not (options.only or options.cell)
    well = went_well(faults, outcomes, whole=whole) and ended_as_told(outcomes, choice, whole=whole)
    return 0 if well and not found.count else 1


def list_faults() -> int:
    """Print every fault with its cells, and Airflow's settings that are lower here."""
    for fault in FAULTS:
        places = ", ".join(dict.fromkeys(f"{cell.platform} {cell.kind}" for cell in fault.cells))
        print(f"{fault.name}: {fault.title} ({places})")
    ours = sum(not cell.peer for fault in FAULTS for cell in fault.cells)
    print(lowered_table())
    print(f"{len(FAULTS)} faults, {ours} cells, {sum(len(fault.cells) for fault in FAULTS) - ours} of peers")
    return 0


def _played(bench: Bench, faults: Sequence[Fault], began: float) -> Iterator[Outcome]:
    beside = [fault for fault in faults if not fault.alone]
    for outcome in _side_by_side(bench, beside):
        _tell(began, outcome)
        yield outcome
    for fault in faults:
        if fault.alone:
            say(began, fault.title)
            for outcome in play_all(bench, fault):
                _tell(began, outcome)
                yield outcome
            bench.heal()


def _side_by_side(bench: Bench, faults: Sequence[Fault]) -> Iterator[Outcome]:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        futures: list[Future[list[Outcome]]] = [
            threads.submit(play_all, bench, fault) for fault in faults if fault.each is None
        ]
        futures += [
            threads.submit(lambda fault, cell: [play_cell(bench, fault, cell)], fault, cell)
            for fault in faults if fault.each
            for cell in fault.cells
        ]  # fmt: skip
        for future in as_completed(futures):
            yield from future.result()


def _tell(began: float, outcome: Outcome) -> None:
    cell = outcome.cell
    counted = (
        f"{cell.name}: {outcome.started} of {cell.starts} started, {outcome.state}, {outcome.seconds:.0f} s"
    )
    told = "; ".join(text for text in (outcome.struck, outcome.trouble, outcome.error[:150]) if text)
    say(began, f"{outcome.verdict:11} {counted}; {told}")
