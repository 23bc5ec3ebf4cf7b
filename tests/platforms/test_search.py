"""Runs whose start's answer was lost, looked for on the emulated platforms from the loss to the find."""

from __future__ import annotations

import pytest

from airflow_provider_flows.emulator import EmulatorConfig
from airflow_provider_flows.protocol.candidates import Quest
from airflow_provider_flows.protocol.runs import RunHandle, RunState
from airflow_provider_flows.protocol.waiting import Wait
from tests.link import SWALLOWED
from tests.platforms.hunt import LATER, SEARCHED, Hunt


@pytest.mark.parametrize("platform", SEARCHED)
def test_a_lost_run_is_found_and_brought_to_its_end(platform: str) -> None:
    """What was found is waited for and gives its result like any other run, and nothing ran twice."""
    hunt = Hunt(platform)
    quest = hunt.lose(hunt.order({"plate": "P-1", "n": 1.0, "deep": {"b": [1, None], "a": True}}))
    [found] = hunt.find(quest)
    assert found.run.handle.run_id == hunt.last
    assert found.run.state is RunState.RUNNING
    handle = RunHandle.from_json(found.run.handle.to_json())
    run = hunt.link.run(hunt.api.wait(handle, Wait(poll_interval=5, until=hunt.link.clock() + 3600)))
    assert run.state is RunState.SUCCESS
    assert hunt.link.run(hunt.api.result(run)) == {"echo": dict(quest.order.inputs)}
    assert hunt.link.starts() == 1


@pytest.mark.parametrize("platform", SEARCHED)
@pytest.mark.parametrize(
    ("outcome", "state"),
    [("success", RunState.SUCCESS), ("failed", RunState.FAILED), ("cancelled", RunState.CANCELLED)],
)
def test_a_run_that_is_over_is_found_as_it_ended(platform: str, outcome: str, state: RunState) -> None:
    """However late one looks: what counts is when the start arrived, not when the run was over."""
    hunt = Hunt(platform)
    hunt.flow(duration=5.0, outcome=outcome)
    quest = hunt.lose(hunt.order({"a": 1}))
    hunt.link.clock.now += 86_400
    assert [each.run.state for each in hunt.find(quest)] == [state]


@pytest.mark.parametrize("platform", SEARCHED)
def test_a_start_that_never_arrived_is_not_found(platform: str) -> None:
    """Neither on a flow without runs, nor among the runs of others."""
    hunt = Hunt(platform)
    quest = hunt.lose(hunt.order({"a": 1}), SWALLOWED)
    assert hunt.ids(quest) == []
    hunt.start({"a": 2}, number=7)
    hunt.flow("g")
    hunt.start({"a": 1}, number=7, flow_id="g")
    hunt.link.clock.now += LATER
    hunt.start({"a": 1}, number=7)
    assert hunt.ids(quest) == []


def test_several_runs_that_can_be_the_one_are_all_told() -> None:
    """Where nothing tells two runs apart, both are returned: to choose is not ours."""
    hunt = Hunt("blinkops")
    other = hunt.start({"a": 1})
    quest = hunt.lose(hunt.order({"a": 1}))
    assert sorted(hunt.ids(quest)) == sorted([other, hunt.last])


def test_runs_of_other_inputs_are_passed_over() -> None:
    """Tasks that start the same flow at the same time are told apart by what they gave it."""
    hunt = Hunt("blinkops")
    for number in range(3):
        hunt.start({"a": number})
    quest = hunt.lose(hunt.order({"a": 9}))
    mine = hunt.last
    hunt.start({"a": 9, "b": 1})
    hunt.start({})
    assert hunt.ids(quest) == [mine]


def test_runs_that_others_hold_are_passed_over() -> None:
    """A run that another task has claimed, or an earlier attempt has left, is not the one."""
    hunt = Hunt("blinkops")
    claimed = frozenset(hunt.start({"a": 1}) for _ in range(2))
    quest = hunt.lose(hunt.order({"a": 1}), claimed=claimed)
    assert hunt.ids(quest) == [hunt.last]
    none = hunt.lose(hunt.order({"a": 1}), SWALLOWED, claimed=claimed | {hunt.last})
    assert hunt.ids(none) == []


def test_runs_of_another_time_are_passed_over() -> None:
    """The same inputs an hour earlier or later were somebody else's wish."""
    hunt = Hunt("blinkops")
    hunt.start({"a": 1})
    hunt.link.clock.now += LATER
    quest = hunt.lose(hunt.order({"a": 1}))
    mine = hunt.last
    hunt.link.clock.now += LATER
    hunt.start({"a": 1})
    assert hunt.ids(quest) == [mine]


def test_a_correlation_input_finds_the_run_among_its_likes() -> None:
    """Its value decides alone, whatever the rest of the inputs has become."""
    hunt = Hunt("blinkops")
    hunt.start({"a": 1, "key": "k-1"})
    order = hunt.order({"a": 1, "key": "k-2"})
    quest = hunt.lose(order, correlation_input="key")
    mine = hunt.last
    hunt.start({"a": 1, "key": "k-3"})
    assert hunt.ids(quest) == [mine]
    changed = Quest(hunt.order({"a": 5, "key": "k-2"}), quest.since, quest.until, "key")
    assert hunt.ids(changed) == [mine]
    nameless = Quest(order, quest.since, quest.until, "absent")
    assert hunt.ids(nameless) == []


def test_a_queued_run_is_found() -> None:
    """A run that waits for room has not started, and was begun all the same."""
    hunt = Hunt("blinkops", EmulatorConfig(blinkops_concurrency=1))
    hunt.start({"a": 0})
    quest = hunt.lose(hunt.order({"a": 1}))
    [found] = hunt.find(quest)
    assert (found.run.handle.run_id, found.run.raw_state) == (hunt.last, "Queued")


@pytest.mark.parametrize("platform", SEARCHED)
def test_a_long_listing_is_read_to_its_end(platform: str) -> None:
    """The run is found behind all that was begun after it."""
    hunt = Hunt(platform, EmulatorConfig(blinkops_history=200))
    hunt.flow(duration=0.0)
    quest = hunt.lose(hunt.order({"a": "mine"}))
    mine = hunt.last
    for number in range(120):
        hunt.start({"a": number}, number=number + 2)
    assert hunt.ids(quest) == [mine]
    assert hunt.searches == 2 * (5 if platform == "blinkops" else 2)


def test_a_run_that_left_the_history_is_not_found() -> None:
    """What the platform has forgotten it doesn't list."""
    hunt = Hunt("blinkops", EmulatorConfig(blinkops_history=2))
    quest = hunt.lose(hunt.order({"a": 1}))
    for _ in range(2):
        hunt.start({"a": 2})
    assert hunt.ids(quest) == []


@pytest.mark.parametrize("platform", SEARCHED)
def test_a_run_may_turn_up_late_in_a_listing(platform: str) -> None:
    """A search that finds nothing may find it a little later."""
    hunt = Hunt(platform)
    hunt.flow(duration=30.0, listed_after=10.0)
    quest = hunt.lose(hunt.order({"a": 1}))
    assert hunt.ids(quest) == []
    hunt.link.clock.now += 10
    assert hunt.ids(quest) == [hunt.last]


def test_a_synchronous_run_is_found_by_the_same_listing() -> None:
    """BlinkOps lists a run whose caller hung up; the rest of it can be waited for."""
    hunt = Hunt("blinkops", variant="sync")
    quest = hunt.lose(hunt.order({"a": 1}))
    [found] = hunt.find(quest)
    run = hunt.link.run(hunt.api.wait(found.run.handle, Wait(poll_interval=5, until=hunt.link.clock() + 100)))
    assert (run.handle.variant, run.state) == ("sync", RunState.SUCCESS)
    assert hunt.link.run(hunt.api.result(run)) == {"echo": {"a": 1}}
