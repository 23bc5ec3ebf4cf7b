"""What a sensor forgives while it waits, and for how long: time is the test's, where there is much of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from airflow.providers.common.compat.sdk import (
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
    TaskDeferred,
)
from airflow.sdk.bases.sensor import AirflowRescheduleException  # type: ignore[attr-defined]  # 3.1 to 3.3

from airflow_provider_flows.emulator import FlowEmulator
from airflow_provider_flows.hooks.flow import FlowHook
from airflow_provider_flows.outcomes import FlowPermanentError, FlowUnavailableError
from airflow_provider_flows.protocol.retry import RetryPolicy
from airflow_provider_flows.retries import HAS_POLICIES
from airflow_provider_flows.sensors.flow import FlowRunSensor
from airflow_provider_flows.sensors.notes import KEY
from tests.airflow.legs import Attempt, Store, TaskInstance

Make = Callable[..., Any]
in_all_modes = pytest.mark.parametrize("mode", ["poke", "reschedule", "deferrable"])
on_the_worker = pytest.mark.parametrize("mode", ["poke", "reschedule"])
COMMON: Mapping[str, Any] = {"task_id": "wait", "flow_conn_id": "vishwa_default", "timeout": 10**6}


class Timed(FlowRunSensor):
    """Looks at a clock that only the test moves, and sends each question once."""

    now: ClassVar[float] = 0.0

    @staticmethod
    def clock() -> float:
        return Timed.now

    @property
    def hook(self) -> FlowHook:
        return FlowHook(self.flow_conn_id, retry=RetryPolicy(attempts=1))


@dataclass
class Wait:
    """The wait of one attempt, look by look: in `reschedule` mode each is a process of its own."""

    make: Make
    mode: str
    arguments: Mapping[str, Any]
    store: Store | None
    ti: TaskInstance
    process: Attempt | None = None

    def look(self, after: float = 0.0) -> Any:
        """Let some seconds pass, and look."""
        Timed.now += after
        if self.process is None or self.mode == "reschedule":
            self.process = self.make(Timed(**self.arguments, mode=self.mode), self.ti, self.store)
        return self.process.task.poke(self.process._context({}))

    def next_attempt(self) -> None:
        """Let Airflow begin another attempt of the task."""
        self.ti.id, self.process = "attempt-2", None


@pytest.fixture
def waiting(attempt: Make, begun: Make) -> Callable[..., Wait]:
    """Return a function that begins to wait for a run that never ends."""

    def begin(mode: str, store: Store | None = None, **arguments: Any) -> Wait:
        run = begun("vishwa", outcome="never_ends").to_json()
        Timed.now = 1_700_000_000.0
        return Wait(
            attempt, mode, {**COMMON, "run": run, **arguments}, store or Store(), TaskInstance("wait")
        )

    return begin


@pytest.fixture
def weather(emulator: FlowEmulator) -> Callable[..., None]:
    """Return a function that spoils each further status, or, without a fault, clears the sky."""

    def be(kind: str | None = None, **details: Any) -> None:
        emulator.core._faults.clear()
        if kind:
            emulator.fault(kind, platform="vishwa", operation="status", times=100, **details)

    return be


WEATHER = [
    ("not_json", {}),
    ("status", {"status": 502}),
    ("rate_limit", {"retry_after": 1}),
    ("status", {"status": 401}),
    ("lost", {}),
    ("cut", {}),
]
REFUSALS = [
    ("status", {"status": 403}),
    ("status", {"status": 404}),
    ("redirect", {}),
    ("status", {"status": 422}),
]


@in_all_modes
@pytest.mark.parametrize("fault", [WEATHER[0], WEATHER[3], *REFUSALS], ids=str)
def test_a_passing_fault_ends_no_wait(
    begun: Make, waited: Make, emulator: FlowEmulator, fault: tuple[str, dict[str, Any]], mode: str
) -> None:
    """Whatever two questions in a row meet, at the first look or later, the run's result is the sensor's."""
    run = begun("scade", duration=0.3, result=5).to_json()
    kind, details = fault
    emulator.fault(kind, platform="scade", operation="status", times=2, **details)
    arguments = {"run": run, "flow_conn_id": "scade_default", "soft_fail": True, "poke_interval": 0.05}
    assert waited(mode, **arguments) == 5


@on_the_worker
@pytest.mark.parametrize(("kind", "details"), WEATHER, ids=str)
def test_weather_is_forgiven_for_the_whole_budget(
    waiting: Make, weather: Make, kind: str, details: dict[str, Any], mode: str
) -> None:
    """What may pass is forgiven for `unreachable_timeout`, then raised with the last good state."""
    wait = waiting(mode, unreachable_timeout=700)
    assert wait.look() is False
    weather(kind, **details)
    assert [wait.look(after) for after in (10, 300, 399)] == [False] * 3
    refused = (kind, details) == ("status", {"status": 401})
    said = r"for 700 s, since 2023-11-14 22:13:30 UTC; last seen running \('running'\) at .*22:13:20 UTC"
    with pytest.raises(FlowPermanentError if refused else FlowUnavailableError, match=said):
        wait.look(1)


@on_the_worker
@pytest.mark.parametrize(("kind", "details"), REFUSALS, ids=str)
def test_a_refusal_is_forgiven_for_a_minute(
    waiting: Make, weather: Make, kind: str, details: dict[str, Any], mode: str
) -> None:
    """What a proxy or a restart may say is forgiven for a minute; what stays so fails the sensor for good."""
    wait = waiting(mode)
    wait.look()
    weather(kind, **details)
    assert [wait.look(after) for after in (10, 59)] == [False] * 2
    weather()
    wait.look(10)
    weather(kind, **details)
    assert [wait.look(after) for after in (10, 59)] == [False] * 2
    with pytest.raises(FlowPermanentError, match=r"no good answer for 60 s.*; last seen running"):
        wait.look(1)


@on_the_worker
def test_a_run_that_was_never_found_may_be_found_yet(waiting: Make, weather: Make, mode: str) -> None:
    """An early 404 is forgiven for the whole budget, and for a minute at least."""
    for budget, least in ((600, 600), (0, 60)):
        wait = waiting(mode, unreachable_timeout=budget)
        weather("status", status=404)
        assert [wait.look(after) for after in (0, least - 1)] == [False] * 2
        with pytest.raises(FlowPermanentError, match=f"for {least} s.*not seen in this wait.*404"):
            wait.look(1)


@on_the_worker
def test_a_platform_that_cannot_be_reached_is_forgiven(
    waiting: Make, put_connection: Make, mode: str
) -> None:
    """A name that nobody knows, and a port where nobody listens, are weather too."""
    wait = waiting(mode)
    wait.look()
    for url in ("http://flows.invalid", "http://127.0.0.1:9"):
        put_connection("vishwa_default", url, platform="vishwa")
        assert wait.look(10) is False
    with pytest.raises(FlowUnavailableError, match=r"last seen running.*Nothing arrived there"):
        wait.look(600)


@in_all_modes
def test_no_budget_forgives_no_weather(attempt: Make, waiting: Make, weather: Make, mode: str) -> None:
    """Without a budget the first fault counts, with the delay that the server asks for."""
    wait = waiting(mode if mode != "deferrable" else "poke", unreachable_timeout=0)
    weather("rate_limit", retry_after=7)
    sensor = Timed(**wait.arguments, deferrable=mode == "deferrable", soft_fail=True)
    with pytest.raises(FlowUnavailableError, match="answered 429") as caught:
        attempt(sensor, wait.ti, wait.store).start()
    assert caught.value.retry_after == 7


def test_what_is_remembered_is_one_attempts_and_one_runs(waiting: Make, weather: Make, begun: Make) -> None:
    """Another attempt, and a wait for another run, begin with a whole budget and nothing seen."""
    wait = waiting("reschedule")
    wait.look()
    weather("not_json")
    wait.look(10)
    wait.next_attempt()
    assert wait.look(599) is False
    assert wait.look(599) is False
    wait.arguments = {**wait.arguments, "run": begun("vishwa", outcome="never_ends").to_json()}
    assert wait.look(1) is False
    with pytest.raises(FlowUnavailableError, match="not seen in this wait"):
        wait.look(600)


@pytest.mark.parametrize(
    "noted", [{}, [], "x", {"attempt": "attempt-1"}, {"attempt": "attempt-1", "heard": {}}]
)
def test_a_note_without_sense_is_as_none(waiting: Make, weather: Make, noted: object, logged: Make) -> None:
    """Whatever stands in the store, the wait goes on as if it had just begun."""
    wait = waiting("reschedule", Store({KEY: json.dumps(noted)}))
    weather("not_json")
    assert wait.look() is False
    assert "What was noted of this wait can't be read" in logged()
    with pytest.raises(FlowUnavailableError, match="no good answer for 600 s"):
        wait.look(600)


def test_a_store_that_fails_ends_no_wait(waiting: Make, weather: Make, logged: Make) -> None:
    """When Airflow's store can be neither read nor written, the log says so and the wait goes on."""
    wait = waiting("reschedule", Store(faults=[500] * 6))
    assert [wait.look(10) for _ in range(2)] == [False] * 2
    weather("not_json")
    assert wait.look(10) is False
    text = logged()
    assert text.count("What was noted of this wait can't be read") == 3
    assert text.count("Nothing could be noted of this wait") == 3


def test_without_a_store_each_look_is_forgiven(waiting: Make, weather: Make) -> None:
    """Where Airflow has no store, a rescheduled sensor forgives weather until its own timeout."""
    wait = waiting("reschedule")
    wait.store = None
    weather("status", status=404)
    assert [wait.look(10_000) for _ in range(3)] == [False] * 3


def test_only_a_rescheduled_sensor_needs_the_store(waiting: Make, weather: Make) -> None:
    """A poking sensor remembers by itself, and what a rescheduled one notes is small and holds no result."""
    for mode, calls in (("poke", []), ("reschedule", ["get", "set"] * 3)):
        wait = waiting(mode)
        weather()
        wait.look()
        weather("status", status=503)
        assert [wait.look(10) for _ in range(2)] == [False] * 2
        assert wait.store is not None
        assert wait.store.calls == calls
    note = json.loads(wait.store.data[KEY])
    assert note["attempt"] == "attempt-1"
    assert note["heard"]["run"]["raw_state"] == "running"
    assert note["heard"]["failing_since"] == note["heard"]["at"] + 10
    assert len(wait.store.data[KEY]) < 1000


@on_the_worker
def test_a_silence_is_logged_once_and_so_is_its_end(
    waiting: Make, weather: Make, logged: Make, mode: str
) -> None:
    """The first fault and the first answer after it are logged, not each look."""
    wait = waiting(mode)
    logged()
    wait.look()
    weather("not_json")
    for _ in range(3):
        wait.look(10)
    weather()
    for _ in range(3):
        wait.look(10)
    text = logged()
    assert text.count("no good answer since 2023-11-14 22:13:30 UTC") == 1
    assert text.count("is running (running)") == 3  # at first, amid the silence, and after it


def test_airflows_own_store_carries_the_memory(
    run_dag: Make, begun: Make, emulator: FlowEmulator, logged: Make
) -> None:
    """In a real Airflow (3.3) a rescheduled sensor's next process knows what the last one met."""
    run = begun("scade", duration=0, result=5).to_json()
    emulator.fault("not_json", platform="scade", operation="status", times=2)
    common: dict[str, Any] = {"flow_conn_id": "scade_default", "mode": "reschedule", "poke_interval": 0.1}
    logged()
    done = run_dag(lambda: FlowRunSensor(task_id="wait", run=run, **common))
    assert done.result("wait") == 5
    assert logged().count("not seen in this wait; no good answer since") == (1 if HAS_POLICIES else 2)


@in_all_modes
@pytest.mark.parametrize("asked", [None, "soft_fail", "never_fail"])
def test_a_timeout_amid_a_fault_tells_the_fault(
    begun: Make, waited: Make, emulator: FlowEmulator, mode: str, asked: str | None
) -> None:
    """A sensor whose time is up while nothing is heard says since when and why, and skips where asked."""
    run = begun("vishwa", outcome="never_ends").to_json()
    emulator.fault("slow", platform="vishwa", operation="status", seconds=0)
    emulator.fault("status", platform="vishwa", operation="status", status=403, times=100)
    kind = AirflowSkipException if asked else AirflowSensorTimeout
    more = {asked: True} if asked else {}
    with pytest.raises(kind, match=r"was not over in time.*; no good answer since .* UTC: .*answered 403"):
        waited(mode, run=run, timeout=0.4, **more)


@pytest.mark.parametrize("asked", [None, "soft_fail", "never_fail"])
def test_an_execution_timeout_between_two_looks_tells_the_state(
    attempt: Make, waiting: Make, asked: str | None
) -> None:
    """Airflow's limit for a poking sensor names the state too, and skips where that is asked for."""

    class Limited(Timed):
        def _get_next_poke_interval(self, *_: Any) -> float:
            raise AirflowTaskTimeout("Timeout, PID: 1")

    wait = waiting("poke")
    sensor = Limited(**wait.arguments, soft_fail=asked == "soft_fail", never_fail=asked == "never_fail")
    with pytest.raises(AirflowSkipException if asked else AirflowTaskTimeout, match=r"PID: 1 .*was running"):
        attempt(sensor, wait.ti).start()


def test_a_try_in_the_same_process_begins_anew(attempt: Make, waiting: Make, weather: Make) -> None:
    """What an earlier execution of the same object met is not held against a later one."""
    wait = waiting("poke")
    weather("not_json")
    for mode in ({"mode": "reschedule"}, {"deferrable": True}):
        process = attempt(Timed(**wait.arguments, **mode), wait.ti, None)
        for _ in range(2):
            Timed.now += 10_000
            with suppress(AirflowRescheduleException, TaskDeferred):
                process.start()
