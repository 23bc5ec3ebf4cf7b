"""The files of the check are what it takes them for."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_flows.pipelines.read import read_pipeline
from tests.dagproc.folders import GOOD, loader_folder, stub_folder
from tests.dagproc.pipelines import FAULTS, FOLDER_DEFAULTS, LATER_FAULTS, Fault, good


@pytest.mark.parametrize("fault", FAULTS + LATER_FAULTS, ids=lambda fault: fault.code)
def test_a_fault_is_the_only_one_of_its_file_and_stands_where_it_is_marked(fault: Fault) -> None:
    """What Airflow has to show is what the reader says."""
    (only,) = read_pipeline(fault.text("one"), "one.flow.yaml").diagnostics
    assert only.headline.startswith(fault.headline("one"))


@pytest.mark.parametrize("number", range(4))
def test_a_good_file_is_good(number: int) -> None:
    """No good file has so much as a warning."""
    defaults = [(FOLDER_DEFAULTS, "flows.defaults.yaml")]
    assert not read_pipeline(good("one", number), "one.flow.yaml", defaults).diagnostics


def test_as_many_files_are_mended_as_are_broken(tmp_path: Path) -> None:
    """There are 20 good files and 5 bad ones at every time, and the two ways share no name."""
    for folder in (stub_folder(tmp_path / "stubs"), loader_folder(tmp_path / "loader")):
        folder.fill()
        for changed in ([], folder.change(7.0, 3)):
            good_ones = [each for each in folder.wanted if each.headline is None]
            assert (len(good_ones), len(folder.wanted)) == (GOOD, GOOD + len(FAULTS))
            assert all(each in folder.wanted and (each.since, each.round) == (7.0, 3) for each in changed)
            files = {file.name.partition(".")[0] for file in folder.pipelines.glob("*.flow.yaml")}
            assert files == {each.name for each in folder.wanted}
            assert all(name.startswith(folder.bundle) for name in files)
