"""Platforms that did not come with the package: found, checked, and never in the way of others."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from airflow_provider_flows import get_provider_info, outside
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.protocol.errors import NotSupportedError
from tests.support.outside import SIXTH, platforms_in

SHIPPED = ("airflow", "blinkops", "scade", "unitelabs", "vishwa", "wisebot")


def types() -> list[str]:
    """Return the connection types that Airflow is told of."""
    return [each["connection-type"] for each in get_provider_info()["connection-types"]]


def test_a_spec_in_the_folder_is_a_platform(own: Path) -> None:
    """It has a spec, a connection type with its form, and is told to come from its folder."""
    assert specs.names() == (*SHIPPED[:3], "sixth", *SHIPPED[3:])
    assert specs.load("sixth").title == "Sixth"
    assert types()[-1] == "sixth"
    [candidate] = outside.candidates()
    assert (candidate.origin, candidate.is_sound) == (f"folder {own}", True)
    form = get_provider_info()["connection-types"][-1]
    assert form["hook-class-name"] == "airflow_provider_flows.hooks.others.SixthHook"
    assert {"workspace", "result_field", "verify", "success_states"} <= set(form["conn-fields"])
    assert form["ui-field-behaviour"]["relabeling"]["password"] == "API key"


def test_a_faulty_spec_costs_nothing_but_itself(own: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The others are there, and the log and the error of whoever asks for it say where it is wrong."""
    faulty = SIXTH.replace("platform: sixth", "platform: seventh").replace(
        "  run_id: id\nstatus", "  run_id: id[\nstatus"
    )
    (own / "seventh.platform.yaml").write_text(faulty, "utf-8")
    with caplog.at_level(logging.ERROR):
        assert types() == ["unitelabs", "scade", "blinkops", "wisebot", "vishwa", "airflow", "sixth"]
    assert [record.getMessage() for record in caplog.records if "seventh" in record.getMessage()] != []
    with pytest.raises(
        NotSupportedError, match=r"'seventh' cannot be used: .*seventh\.platform\.yaml:27:11: `id\[`"
    ):
        specs.load("seventh")


@pytest.mark.parametrize(
    "text", ["", "\0", "platform: [never closed", "- a", "flows: platform/1\n" * 2, "\udcff"]
)
def test_no_file_is_too_odd(tmp_path: Path, text: str) -> None:
    """Whatever lies in the folder, the package's own platforms are there."""
    (tmp_path / "odd.platform.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with platforms_in(tmp_path):
        assert specs.names() == SHIPPED
        [candidate] = outside.candidates()
        assert not candidate.is_sound
        assert candidate.diagnostics


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A slip in Airflow's option is an error that names it, and no exception."""
    with platforms_in(tmp_path / "nowhere"):
        assert specs.names() == SHIPPED
        [candidate] = outside.candidates()
        assert (
            "[flows] platforms_folder names a folder that can't be read" in candidate.diagnostics[0].message
        )


def test_no_name_is_taken_over(own: Path) -> None:
    """A spec with the name of a platform of the package is refused, and the package's own stays."""
    (own / "scade.platform.yaml").write_text(SIXTH.replace("platform: sixth", "platform: scade"), "utf-8")
    assert specs.load("scade").title == "Scade"
    found = {each.name: each for each in outside.candidates()}
    assert [each.code for each in found["scade"].diagnostics] == ["duplicate-platform"]
    assert found["sixth"].is_sound


def test_the_folder_stands_in_airflows_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file counts as the variable does, the variable wins, and other files are no matter."""
    config = tmp_path / "airflow.cfg"
    monkeypatch.delenv("AIRFLOW__FLOWS__PLATFORMS_FOLDER", raising=False)
    monkeypatch.setenv("AIRFLOW_CONFIG", str(config))
    assert outside.folder() is None
    config.write_text("[core]\nfernet_key = %% a\n[flows]\nplatforms_folder = {AIRFLOW_HOME}/own\n")
    monkeypatch.setenv("AIRFLOW_HOME", "/opt/airflow")
    assert outside.folder() == "/opt/airflow/own"
    monkeypatch.setenv("AIRFLOW__FLOWS__PLATFORMS_FOLDER", "$WHERE/own")
    monkeypatch.setenv("WHERE", "/elsewhere")
    assert outside.folder() == "/elsewhere/own"
    monkeypatch.delenv("AIRFLOW__FLOWS__PLATFORMS_FOLDER")
    config.write_text("platforms_folder without a section")
    assert outside.folder() is None
