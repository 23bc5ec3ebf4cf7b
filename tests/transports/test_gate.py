"""The gate: many conversations of one loop, one limit, one timer; and what Retry-After does to all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise

import pytest

from airflow_provider_flows.protocol.errors import ResponseLostError
from airflow_provider_flows.protocol.messages import Exchange, Response, Signal, ask, happened
from airflow_provider_flows.protocol.pace import Pace
from airflow_provider_flows.protocol.retry import RetryPolicy, insist
from airflow_provider_flows.transports.aio import AsyncTransport
from airflow_provider_flows.transports.gate import Crowd, Gate
from airflow_provider_flows.transports.options import TransportOptions
from tests.support.requests_made import get, post
from tests.support.servers import Call, WireServer, answering

Serve = Callable[..., WireServer]
OPTIONS = TransportOptions()


async def settled() -> None:
    """Let everything happen that needs no time."""
    for _ in range(5):
        await asyncio.sleep(0)


class Guests:
    """Those who pass a gate, in their order; each stays until it is shown out."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.inside: list[str] = []

    def arrive(self, name: str, purpose: str = "status") -> asyncio.Task[None]:
        async def enter() -> None:
            if not self.gate.enters_now():
                turn = self.gate.queue(purpose)
                try:
                    await turn
                except asyncio.CancelledError:
                    self.gate.give_up(turn)
                    raise
            self.inside.append(name)

        return asyncio.ensure_future(enter())


def test_turns_come_in_order_and_what_is_urgent_first() -> None:
    """One after the other gets in when somebody leaves, a cancel before all questions."""

    async def run() -> list[str]:
        guests = Guests(Gate(Pace(0, 1)))
        for name in ("a", "b", "c"):
            guests.arrive(name)
        await settled()
        guests.arrive("cancel", "cancel")
        await settled()
        for _ in range(3):
            guests.gate.leave()
            await settled()
        return guests.inside

    assert asyncio.run(run()) == ["a", "cancel", "b", "c"]


@pytest.mark.parametrize("late", [False, True], ids=["while waiting", "as its turn comes"])
def test_whoever_is_cancelled_gives_the_turn_up(*, late: bool) -> None:
    """A cancelled waiter costs nobody a turn, also when its own has just come."""

    async def run() -> list[str]:
        guests = Guests(Gate(Pace(0, 1)))
        guests.arrive("a")
        await settled()
        cancelled = guests.arrive("b")
        guests.arrive("c")
        await settled()
        if late:
            guests.gate.leave()
            await asyncio.sleep(0)  # b's turn is told, but b has not heard it yet
        cancelled.cancel()
        await settled()
        if not late:
            guests.gate.leave()
            await settled()
        guests.gate.leave()
        assert guests.gate.enters_now()  # nobody is counted who isn't there
        assert not guests.gate.enters_now()
        return guests.inside

    assert asyncio.run(run()) == ["a", "c"]


def test_a_turn_that_comes_to_a_cancelled_one_goes_on() -> None:
    """Whoever leaves in the same moment as a waiter is cancelled lets the next one in."""

    async def run() -> list[str]:
        guests = Guests(Gate(Pace(0, 1)))
        guests.arrive("a")
        await settled()
        cancelled = guests.arrive("b")
        guests.arrive("c")
        await settled()
        cancelled.cancel()
        guests.gate.leave()
        await settled()
        return guests.inside

    assert asyncio.run(run()) == ["a", "c"]


def test_one_timer_serves_all_who_wait() -> None:
    """A thousand who wait for a limit per second need one timer between them, and none when all have left."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        guests = Guests(Gate(Pace(0.001, 10)))
        waiting = [guests.arrive(str(number)) for number in range(1000)]
        await settled()
        assert len(guests.inside) == 1
        assert [timer.cancelled() for timer in loop._scheduled] == [False]  # type: ignore[attr-defined]  # asyncio's own
        for each in waiting:
            each.cancel()
        await settled()
        assert guests.gate._timer is None

    asyncio.run(run())


def test_the_limit_is_kept_in_real_time() -> None:
    """Those who wait get in one by one, never earlier than the limit lets them."""

    async def run() -> list[float]:
        loop = asyncio.get_running_loop()
        gate, entered = Gate(Pace(100, 10)), []

        async def pass_through() -> None:
            if not gate.enters_now():
                await gate.queue("status")
            entered.append(loop.time())
            gate.leave()

        await asyncio.gather(*(pass_through() for _ in range(20)))
        return entered

    entered = asyncio.run(run())
    assert all(later - earlier >= 0.01 for earlier, later in pairwise(entered))


def test_a_gate_leaves_room_for_others() -> None:
    """However many may go in, they do in small groups, in their order, and other work runs between them."""

    async def run() -> list[int]:
        guests, seen = Guests(Gate(Pace(0, 1))), []
        for number in range(1000):
            guests.arrive(str(number))
        await settled()
        guests.gate.set_limits(0, 1000)
        while len(guests.inside) < 1000:
            await asyncio.sleep(0)
            seen.append(len(guests.inside))
        assert guests.inside == [str(number) for number in range(1000)]
        return seen

    seen = asyncio.run(run())
    assert max(later - earlier for earlier, later in pairwise(seen)) <= 10


def test_other_limits_let_others_in() -> None:
    """Limits that are raised let in at once who may go in by them."""

    async def run() -> int:
        guests = Guests(Gate(Pace(0, 1)))
        for number in range(5):
            guests.arrive(str(number))
        await settled()
        assert len(guests.inside) == 1
        guests.gate.set_limits(0, 3)
        await settled()
        return len(guests.inside)

    assert asyncio.run(run()) == 3


def test_a_retry_after_holds_everybody(serve: Serve) -> None:
    """After one 429 with Retry-After no request of any run arrives before the time is over."""
    times: list[float] = []

    def script(call: Call) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            call.answer(429, headers={"Retry-After": "1"})
        else:
            call.answer()

    server = serve(script)
    policy = RetryPolicy(jitter=lambda: 0.1)

    async def run() -> list[Response]:
        async with AsyncTransport(OPTIONS) as transport:
            clock = asyncio.get_running_loop().time

            def talk() -> Exchange[Response]:
                return insist(get(server.url + "/"), ask, policy, clock)

            turned_away = await transport.run(ask(get(server.url + "/")))
            assert turned_away.status == 429
            return await asyncio.gather(*(transport.run(talk()) for _ in range(5)))

    assert [each.status for each in asyncio.run(run())] == [200] * 5
    assert min(times[1:]) - times[0] >= 0.95


@pytest.mark.parametrize(
    ("status", "wish", "held"),
    [
        (503, "2", True),
        (503, "Thu, 01 Jan 2099 00:00:00 GMT", True),
        (429, "0", False),
        (429, "soon", False),
        (500, "2", False),
        (200, "2", False),
    ],
)
def test_what_holds_the_gate(serve: Serve, status: int, wish: str, *, held: bool) -> None:
    """A number or a date on a 429 or 503 closes the gate, for so long at most; nothing else does."""
    server = serve(answering(status=status, Retry_After=wish))

    async def run() -> float:
        gate = Gate(Pace(0, 5))
        async with AsyncTransport(OPTIONS, gate, longest_hold=7.0) as transport:
            await transport.run(ask(post(server.url + "/")))
        return gate.pace._earliest - asyncio.get_running_loop().time()

    left = asyncio.run(run())
    assert (left > 0) is held
    assert left <= 7.0


def test_no_request_goes_past_the_gate(serve: Serve) -> None:
    """A question on a connection that the server hangs up is sent once: the library repeats nothing."""

    def script(call: Call) -> None:
        if len(call.server.seen) == 1:
            call.answer()
        else:
            call.hang_up()

    server = serve(script)

    async def run() -> None:
        async with AsyncTransport(OPTIONS) as transport:
            await transport.run(ask(get(server.url + "/")))
            with pytest.raises(ResponseLostError):
                await transport.run(ask(get(server.url + "/")))

    asyncio.run(run())
    assert (len(server.seen), server.connections) == (2, 1)


def test_an_answer_tells_when_its_request_was_sent(serve: Serve) -> None:
    """A request that waited long for its turn was sent when its turn came: only then it can fail."""
    server = serve(answering())

    async def run() -> list[float]:
        gate = Gate(Pace(5, 5))
        async with AsyncTransport(OPTIONS, gate) as transport:
            answers = await asyncio.gather(*(transport.run(ask(get(server.url + "/"))) for _ in range(3)))
            return [answer.sent_at or 0.0 for answer in answers]

    first, second, third = asyncio.run(run())
    assert second - first > 0.15
    assert third - second > 0.15


def test_a_crowd_leaves_room_for_others() -> None:
    """Thousands who waited for the same thing go on in small groups, and other work runs between them."""

    async def run() -> list[int]:
        crowd, gone, seen = Crowd(), [], []

        async def wait(number: int) -> None:
            await crowd.wait()
            gone.append(number)

        tasks = [asyncio.ensure_future(wait(number)) for number in range(1000)]
        await settled()
        tasks[3].cancel()
        crowd.dissolve()
        while len(gone) < 999:
            await asyncio.sleep(0)
            seen.append(len(gone))
        with suppress(asyncio.CancelledError):
            await tasks[3]
        assert gone == [number for number in range(1000) if number != 3]
        return seen

    seen = asyncio.run(run())
    assert max(later - earlier for earlier, later in pairwise([0, *seen])) <= 50


def test_conversations_wait_for_each_other() -> None:
    """A signal that one conversation sets lets the others on the loop go on."""

    async def run() -> list[str]:
        signal, order = Signal(), []

        def wait(name: str) -> Exchange[None]:
            yield from happened(signal)
            order.append(name)

        async with AsyncTransport(OPTIONS) as transport:
            waiting = [asyncio.ensure_future(transport.run(wait(name))) for name in "abc"]
            await settled()
            assert not order
            signal.set()
            await asyncio.gather(*waiting)
            await transport.run(wait("late"))
        return order

    assert asyncio.run(run()) == ["a", "b", "c", "late"]
