"""Runs that are told apart by the names that we gave them."""

from __future__ import annotations

from tests.link import SWALLOWED
from tests.platforms.hunt import Hunt


def test_unitelabs_run_is_found_by_its_name() -> None:
    """Runs of the same inputs at the same time are told apart, also those of the task's other attempts."""
    hunt = Hunt("unitelabs")
    hunt.start({"a": 1}, number=1)
    quest = hunt.lose(hunt.order({"a": 1}, number=2))
    mine = hunt.last
    hunt.start({"a": 1}, number=3)
    hunt.start({"a": 1}, name="mine")
    assert hunt.ids(quest) == [mine]


def test_unitelabs_name_needs_no_inputs_and_no_time() -> None:
    """A listing that tells names and ids only is enough where the name is the attempt's own."""
    hunt = Hunt("unitelabs", extra={"runs_field": "data[].{id: id, name: name}"})
    quest = hunt.lose(hunt.order({"a": 1}))
    [found] = hunt.find(quest)
    assert (found.run.handle.run_id, found.started_at, found.inputs) == (hunt.last, None, None)
    assert hunt.ids(hunt.lose(hunt.order({"a": 1}, number=2), SWALLOWED)) == []


def test_a_name_that_a_user_gave_is_not_taken_for_a_unique_one() -> None:
    """Runs may share it, so that inputs and time must fit as well."""
    hunt = Hunt("unitelabs")
    hunt.start({"a": 2}, name="nightly")
    hunt.start({"a": 1})
    quest = hunt.lose(hunt.order({"a": 1}, name="nightly"))
    assert hunt.ids(quest) == [hunt.last]
    hunt.start({"a": 1}, name="nightly")
    assert len(hunt.ids(quest)) == 2
    blind = Hunt("unitelabs", extra={"runs_field": "data[].{id: id, name: name}"})
    assert blind.ids(blind.lose(blind.order({"a": 1}, name="nightly"))) == []


def test_the_platform_may_filter_by_the_name_itself() -> None:
    """A path with a query of its own spares the pages of all other runs."""
    hunt = Hunt("unitelabs", extra={"runs_path": "/workflows/${flow}/runs?name=${options.name}"})
    hunt.start({"a": 1}, number=8)
    quest = hunt.lose(hunt.order({"a": 1}))
    assert hunt.ids(quest) == [hunt.last]
    assert "name=dag.task.run.-1.1" in hunt.link.core.requests[-1].raw_path
