from __future__ import annotations

from typing import Any

import pytest

from airflow_provider_flows.protocol.errors import NotFoundError, UnavailableError
from tests.cli.simulated import Scene
from tests.link import DROPPED

SCADE = {"options": {"start_node_id": "s", "end_node_id": "e"}}
WAYS = [
    ("unitelabs", None, {}),
    ("scade", None, SCADE),
    ("blinkops", None, {}),
    ("blinkops", "sync", {}),
    ("wisebot", None, {}),
    ("wisebot", "webhook", {}),
]


@pytest.mark.parametrize(("platform", "variant", "wish"), WAYS)
def test_a_result_comes_back_from_every_way_to_start(
    platform: str, variant: str | None, wish: dict[str, object]
) -> None:
    """Polled or answered at once, signed in by a token or a key: the run's result is returned."""
    scene = Scene(platform, variant).behaves(duration=5.0, result={"got": "$inputs"})
    assert scene.see_through(**wish) == {"got": {"a": 1}}
    assert any(line.startswith("started run ") for line in scene.said)


def test_each_new_state_is_a_line() -> None:
    """A person sees the run begin, change and end, each once."""
    scene = Scene("blinkops").behaves(duration=7.0, queued_for=3.0)
    scene.see_through()
    assert scene.said[1:] == ["queued (Queued)", "running (In progress)", "success (Completed)"]


def test_a_run_that_is_not_awaited_is_named() -> None:
    """What is printed is the handle by which a sensor finds the run."""
    scene = Scene("vishwa").behaves(duration=5.0)
    handle = scene.see_through(is_awaited=False)
    assert (handle["platform"], handle["flow_id"]) == ("vishwa", "vishwa-flow")
    [run] = scene.link.core.runs()
    assert handle["run_id"] == run.id
    assert scene.asked("status") == 0


@pytest.mark.parametrize("is_awaited", [True, False])
def test_a_run_that_fails_is_told_with_its_reason(is_awaited: bool) -> None:
    """The code is 1 and the platform's own words are there, also where the answer came at once."""
    scene = Scene("wisebot").behaves(outcome="failed", error="the ink is out")
    code, said = scene.ends(is_awaited=is_awaited)
    assert code == 1
    assert "is failed" in said
    assert "the ink is out" in said


def test_a_refusal_says_that_nothing_began() -> None:
    """A flow that isn't there is the platform's own error, and no doubt."""
    scene = Scene("vishwa")
    with pytest.raises(NotFoundError):
        scene.see_through()


def test_a_start_that_is_turned_away_leaves_no_doubt() -> None:
    """After 429s without an end nothing was started; on the way there a person sees why it takes so long."""
    scene = Scene("vishwa").behaves()
    scene.link.core.fault("rate_limit", operation="start", times=9, retry_after=50)
    with pytest.raises(UnavailableError):
        scene.see_through()
    assert scene.said == ["vishwa.ai did not take the request; it is sent again in 50 s"] * 4


@pytest.mark.parametrize("fault", ["lost", "not_json", "status"])
def test_a_start_without_a_readable_answer_is_doubt(fault: str) -> None:
    """The code is 2, the request was sent once, and the text says where to look."""
    scene = Scene("vishwa").behaves()
    scene.link.core.fault(
        fault, operation="start", after=True
    ) if fault != "lost" else scene.link.script.append(DROPPED)
    code, said = scene.ends()
    assert code == 2
    assert scene.asked("start") == scene.link.starts() == 1
    assert "The run may have been started all the same" in said
    assert said.endswith("vishwa.ai has no list of runs that could be read from here: look in its own pages.")


def test_where_runs_are_listed_the_one_in_doubt_is_looked_for() -> None:
    """The text names the run that the lost answer would have named."""
    scene = Scene("blinkops").behaves(duration=500.0)
    scene.link.script.append(DROPPED)
    code, said = scene.ends()
    assert code == 2
    [run] = scene.link.core.runs()
    assert said.endswith(
        f"BlinkOps lists what may be it: run {run.id} of flow blinkops-flow on blinkops (running)."
    )


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({}, "BlinkOps lists no such run yet; one that has just begun may come later."),
        ({"kind": "status", "status": 403}, "Looking for it failed: BlinkOps"),
    ],
)
def test_a_look_that_finds_nothing_is_still_doubt(fault: dict[str, Any], said: str) -> None:
    """Neither an empty list nor one that can't be read proves that nothing began."""
    scene = Scene("blinkops").behaves(listed_after=900.0)
    scene.link.script.append(DROPPED)
    if fault:
        scene.link.core.fault(operation="list", **fault)
    code, text = scene.ends()
    assert code == 2
    assert said in text


def test_a_run_whose_time_is_up_is_cancelled() -> None:
    """The code is 1; the run is cancelled, and the text says so."""
    scene = Scene("blinkops").behaves(outcome="never_ends")
    code, said = scene.ends(timeout=30.0)
    assert code == 1
    assert "was not over in time; it was running" in said
    assert said.endswith("is being cancelled.")
    assert [run.state for run in scene.link.core.runs()] == ["cancelled"]


def test_a_platform_that_is_away_for_too_long_leaves_the_run() -> None:
    """The code is 1, the run is left as it is, and the text says that it may go on."""
    scene = Scene("blinkops").behaves(outcome="never_ends")
    scene.link.core.fault("status", operation="status", times=9999)
    code, said = scene.ends(timeout=9999.0)
    assert code == 1
    assert said.endswith("The run may go on.")
    assert scene.asked("cancel") == 0


def test_a_result_that_cannot_be_had_fails_but_names_the_success() -> None:
    """Nobody should start such a run again."""
    scene = Scene("blinkops").behaves(duration=1.0)
    scene.link.core.fault("status", operation="result", status=403)
    code, said = scene.ends()
    assert code == 1
    assert "succeeded, but its result cannot be had: BlinkOps" in said


@pytest.mark.parametrize("purpose", ["token", "sleep"])
def test_ctrl_c_before_the_start_says_that_nothing_began(purpose: str) -> None:
    """Signing in, or waiting to send a start again that was turned away, leaves no doubt."""
    scene = Scene("unitelabs", interrupts=[purpose]).behaves()
    scene.link.core.fault("rate_limit", operation="start")
    assert scene.ends() == (130, "interrupted; nothing was started")
    assert scene.link.starts() == 0


@pytest.mark.parametrize("late", [True, False])
def test_ctrl_c_while_the_start_is_on_its_way_is_doubt(late: bool) -> None:
    """Whether the request has arrived or not, nobody knows here: the code is 2."""
    scene = Scene("vishwa", interrupts=["start"], late=late).behaves()
    code, said = scene.ends()
    assert code == 2
    assert said.startswith(
        "interrupted before vishwa.ai had answered the start of flow vishwa-flow. The run may"
    )


@pytest.mark.parametrize("purpose", ["status", "sleep"])
def test_ctrl_c_while_waiting_cancels(purpose: str) -> None:
    """The run is cancelled where the platform can, wherever the wait was."""
    scene = Scene("blinkops", interrupts=[purpose]).behaves(outcome="never_ends")
    code, said = scene.ends()
    [run] = scene.link.core.runs()
    assert (code, said) == (
        130,
        f"interrupted; run {run.id} of flow blinkops-flow on blinkops is being cancelled",
    )
    assert run.state == "cancelled"


def test_ctrl_c_where_nothing_can_cancel_says_that_the_run_goes_on() -> None:
    """The text names the run, and its address where the connection knows it."""
    scene = Scene(
        "vishwa", interrupts=["status"], extra={"run_link": "https://v.example/${run.id}"}
    ).behaves()
    code, said = scene.ends()
    [run] = scene.link.core.runs()
    assert code == 130
    assert said == (
        f"interrupted; run {run.id} of flow vishwa-flow on vishwa goes on, since vishwa.ai documents no way "
        f"to cancel it (see https://v.example/{run.id})"
    )


def test_ctrl_c_twice_gives_the_cancel_up() -> None:
    """Whether the cancel has arrived is not known, and the text says so."""
    scene = Scene("blinkops", interrupts=["status", "cancel"]).behaves(outcome="never_ends")
    code, said = scene.ends()
    assert code == 130
    assert "may go on, since cancelling it was interrupted" in said


def test_a_cancel_that_fails_is_told() -> None:
    """The text says why, and that the run may go on."""
    scene = Scene("blinkops", interrupts=["status"]).behaves(outcome="never_ends")
    scene.link.core.fault("status", operation="cancel", status=403)
    assert "may go on, since cancelling it failed: BlinkOps" in scene.ends()[1]


def test_a_run_that_ended_before_the_cancel_is_told() -> None:
    """A cancel that comes too late is no failure."""
    scene = Scene("blinkops", interrupts=["sleep"], late=True).behaves(duration=0.5)
    assert scene.ends()[1].endswith("was over already")


def test_ctrl_c_after_the_end_says_how_it_ended() -> None:
    """A run that is over is not cancelled; only its result was not read."""
    scene = Scene("blinkops", interrupts=["result"]).behaves(duration=1.0)
    code, said = scene.ends()
    assert code == 130
    assert "is success" in said
    assert scene.asked("cancel") == 0


def test_ctrl_c_while_looking_for_the_run_leaves_the_doubt() -> None:
    """The code stays 2."""
    scene = Scene("blinkops", interrupts=["search"]).behaves()
    scene.link.script.append(DROPPED)
    code, said = scene.ends()
    assert code == 2
    assert said.endswith("Looking for it was interrupted.")
