"""Bad weather at the platform: lost and broken answers, refusals, silence; and deadlines."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from tests.faults.bench import PATIENCE, Bench
from tests.faults.cells import Cell, Fault
from tests.faults.proxy import DROPPED
from tests.faults.struck.sets import DBT, DEFER, HTTP, SEARCH, TOKENS, WAIT, WAITING, WISEBOT, cells

_DOWN = 30.0  # seconds
_BAD_GATEWAY = 60.0  # seconds
_RETRY_AFTER = 3  # seconds
_OVER_TIMEOUT = 12.0  # seconds; the connections `<platform>_weather` wait 5, the peers 10


def lose_start(bench: Bench, cell: Cell) -> str:
    """Drop the connection of the start without an answer."""
    return _spoil_start(bench, cell, "lost")


def halve_start(bench: Bench, cell: Cell) -> str:
    """Break off the answer to the start in its middle."""
    return _spoil_start(bench, cell, "cut")


def limit_rate(bench: Bench, cell: Cell) -> str:
    """Answer two starts, and then three questions, with 429 and Retry-After."""
    bench.spoil(cell, "rate_limit", "start", times=2, retry_after=_RETRY_AFTER)
    bench.spoil(cell, "rate_limit", "status", times=3, retry_after=_RETRY_AFTER)
    bench.launch(cell)
    bench.await_state(cell, "success", "failed")
    return _answered(bench, cell, 429, 2)


def hide_run(bench: Bench, cell: Cell) -> str:
    """Know nothing of a run at first."""
    bench.launch(cell)
    bench.await_state(cell, "success", "failed")
    return _answered(bench, cell, 404, 3)


def garble(bench: Bench, cell: Cell) -> str:
    """Answer two questions with a web page and break two answers off in their middle."""
    bench.spoil(cell, "not_json", "status", times=2)
    bench.spoil(cell, "cut", "status", times=2)
    bench.launch(cell)
    bench.await_state(cell, "success", "failed")
    return f"{_answered(bench, cell, 200, 5)}, {_fate(bench, cell, 'cut', 2)}"


def delay_status(bench: Bench, cell: Cell) -> str:
    """Answer two questions later than anybody waits."""
    bench.spoil(cell, "slow", "status", times=2, seconds=_OVER_TIMEOUT)
    bench.launch(cell)
    bench.await_state(cell, "success", "failed")
    return f"two answers came after {_OVER_TIMEOUT:.0f} s; {_answered(bench, cell, 200, 3)}"


def delay_start(bench: Bench, cell: Cell) -> str:
    """Answer the start later than anybody waits."""
    bench.spoil(cell, "slow", "start", seconds=_OVER_TIMEOUT)
    bench.launch(cell)
    bench.await_started(cell)
    bench.await_state(cell, *("success", "failed", "up_for_retry", "deferred"))
    return f"the answer to the start would have come after {_OVER_TIMEOUT:.0f} s"


def revoke_token(bench: Bench, cell: Cell) -> str:
    """Make every token useless while the run is waited for."""
    bench.launch(cell)
    bench.await_waiting(cell)
    bench.spoil(cell, "expire_tokens", "status", times=2)
    bench.await_state(cell, "success", "failed")
    return _answered(bench, cell, 401, 1)


def outlive_token(bench: Bench, cell: Cell) -> str:
    """Let the run last longer than several tokens."""
    bench.launch(cell)
    bench.await_waiting(cell)
    before = _tokens(bench)
    bench.await_state(cell, "success", "failed")
    if (issued := _tokens(bench) - before) < 1:
        raise RuntimeError("no token was issued after the first")
    return f"{issued} more tokens were issued while it waited"


def go_down(bench: Bench, cells_: Sequence[Cell]) -> Mapping[str, str]:
    """Close the platform's port while all wait, and open it again after half a minute."""
    waiting = bench.launch_waiting(cells_)
    for cell in cells_:
        if cell.peer:
            bench.bad[cell.name] = DROPPED
    bench.line.away()
    asked = {cell.name: bench.looking.asked(bench.flow(cell)) for cell in waiting}
    time.sleep(_DOWN)
    silent = [cell for cell in waiting if bench.looking.asked(bench.flow(cell)) == asked[cell.name]]
    bench.line.back()
    bench.bad.clear()
    return {
        cell.name: f"its port was closed for {_DOWN:.0f} s, nothing reached the platform" for cell in silent
    }


def fail_gateway(bench: Bench, cell: Cell) -> str:
    """Answer 502 to everything for a minute."""
    if cell.platform == "wisebot":  # its one request is the start
        bench.bad[cell.name] = 502
        bench.launch(cell)
    else:
        bench.launch(cell)
        bench.await_waiting(cell)
        bench.bad[cell.name] = 502
    time.sleep(_BAD_GATEWAY)
    answered = sum(each.status == 502 for each in bench.weather.of(cell.name))
    del bench.bad[cell.name]
    if not answered:
        raise RuntimeError("nothing was asked in that minute")
    return f"{answered} requests were answered 502 in {_BAD_GATEWAY:.0f} s"


def pass_deadline(bench: Bench, cell: Cell) -> str:
    """Let the time be up; the run that comes next, if one does, is over soon."""
    bench.launch(cell)
    first = bench.await_waiting(cell)
    if cell.cancellable:
        bench.shorten(cell)

    def over() -> bool:
        task = bench.task(cell)
        return task.state == "up_for_retry" or task.tries > first.tries or task.over

    bench.looking.wait(over, PATIENCE, "the end of the attempt")
    [run, *_] = bench.looking.runs(cell.name)
    if run.state == "success":
        raise RuntimeError("the run was over before its deadline could strike")
    return f"{first.state} at its deadline, its first run {run.state} when the attempt was over"


def _spoil_start(bench: Bench, cell: Cell, kind: str) -> str:
    bench.spoil(cell, kind, "start")
    bench.launch(cell)
    bench.await_started(cell)
    return _fate(bench, cell, kind, 1)


def _fate(bench: Bench, cell: Cell, fate: str, least: int) -> str:
    found = sum(each.fate == fate for each in bench.requests(cell))
    if found < least:
        raise RuntimeError(f"{found} answers were {fate}, not {least}")
    return f"{found} answers {fate}"


def _answered(bench: Bench, cell: Cell, status: int, least: int) -> str:
    found = sum(each.status == status for each in bench.requests(cell))
    if found < least:
        raise RuntimeError(f"{found} requests were answered {status}, not {least}")
    return f"{found} requests were answered {status}"


def _tokens(bench: Bench) -> int:
    return sum(each.operation == "token" and each.status == 200 for each in bench.emulator.requests)


_SHORT = {"duration": 3.0}
_RUN = {"duration": 25.0}

FAULTS = (
    Fault("start-lost", "answer to the start lost",
          (*cells("start-lost", (*WAITING, *WISEBOT), flow=_SHORT, refusable=True),
           *cells("start-lost", (*SEARCH, HTTP, DBT), flow=_SHORT)), each=lose_start),
    Fault("start-halved", "half an answer to the start",
          (*cells("start-halved", (*WAITING, *WISEBOT), flow=_SHORT, refusable=True),
           *cells("start-halved", (HTTP, DBT), flow=_SHORT)), each=halve_start),
    Fault("platform-down", "platform down for 30 s while waiting",
          (*cells("platform-down", (*WAITING, *TOKENS), flow={"duration": 40.0}, line="line"),
           *cells("platform-down", WISEBOT, flow={"duration": 60.0}, line="line", refusable=True),
           *cells("platform-down", (HTTP, DBT), flow={"duration": 60.0})), every=go_down),
    Fault("rate-limited", "429 with Retry-After",
          (*cells("rate-limited", (*WAITING, *TOKENS, DBT), flow=_RUN),), each=limit_rate),
    Fault("bad-gateway", "502s for a minute",
          (*cells("bad-gateway", (*WAITING, *TOKENS, DBT), flow=_RUN, line="weather"),
           *cells("bad-gateway", WISEBOT, flow=_SHORT, line="weather", refusable=True)), each=fail_gateway),
    Fault("token-expired", "token expired", cells("token-expired", TOKENS, flow=_RUN), each=outlive_token),
    Fault("token-revoked", "token revoked", cells("token-revoked", TOKENS, flow=_RUN), each=revoke_token),
    Fault("early-404", "early 404", cells("early-404", (*WAITING, *TOKENS, DBT), flow={"early_404": 3}),
          each=hide_run),
    Fault("garbage", "garbage and half answers",
          cells("garbage", (*WAITING, *TOKENS, DBT), flow=_RUN), each=garble),
    Fault("latency-waiting", "latency over the client's timeout while waiting",
          cells("latency-waiting", (*WAITING, DBT), flow=_RUN, line="weather"), each=delay_status),
    Fault("latency-start", "latency over the client's timeout at the start",
          # Scade's start is given two minutes.
          (*cells("latency-start", (WAIT[1], DEFER[1], *WISEBOT, *TOKENS), flow=_SHORT, line="weather",
                  refusable=True),
           *cells("latency-start", (DBT,), flow={"duration": 40.0})), each=delay_start),
    Fault("deadline-deferred", "deadline while deferred",
          cells("deadline-deferred", DEFER[:1], dag="deadline", flow={"duration": 36.0})
          + cells("deadline-deferred", DEFER[1:], dag="deadline", flow={"duration": 200.0}, starts=2),
          each=pass_deadline),
    Fault("deadline-running", "deadline while running",
          cells("deadline-running", WAIT[:1], dag="deadline", flow={"duration": 36.0})
          + cells("deadline-running", WAIT[1:], dag="deadline", flow={"duration": 200.0}, starts=2),
          each=pass_deadline),
)  # fmt: skip
