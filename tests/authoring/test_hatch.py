"""`python:` in a spec names the class that says what the spec can't."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_provider_flows.cli.main import main
from airflow_provider_flows.hooks.hatch import make_platform
from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.documents import read
from airflow_provider_flows.platforms.specs import PlatformSpec, read_spec
from airflow_provider_flows.protocol.errors import SpecError
from airflow_provider_flows.protocol.runs import RunOrder
from tests.support.outside import SIXTH

RAW = RawConnection(conn_id="c", conn_type="sixth", password="k", extra={"workspace": "w"})


def _spec(path: str) -> PlatformSpec:
    text = SIXTH.replace("title: Sixth\n", f"title: Sixth\npython: {path}\n", 1)
    return read_spec(read(text, "sixth.platform.yaml"))


def test_the_class_makes_the_requests() -> None:
    """What it overrides counts, and all else is the spec's."""
    platform = make_platform(_spec("tests.authoring.hatched:Counting"), RAW)
    request = platform.start_request(RunOrder("f", {"a": 1, "b": 2}, {}, {"key": "k"}))
    assert request.headers["X-Inputs"] == "2"
    assert request.url == "https://api.sixth.test/v1/spaces/w/recipes/f/runs?wait=60"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("tests.authoring.nowhere:Counting", "cannot be imported: ModuleNotFoundError"),
        ("tests.authoring.hatched:Nobody", "cannot be imported: AttributeError"),
        ("tests.authoring.hatched:NO_CLASS", "must be a subclass of"),
        ("pathlib:Path", "must be a subclass of"),
    ],
)
def test_a_class_that_cannot_be_had_is_an_error_with_its_place(path: str, said: str) -> None:
    """The spec's line is named."""
    with pytest.raises(SpecError, match=rf"sixth\.platform\.yaml:4: .* {said}"):
        make_platform(_spec(path), RAW)


def test_lint_tells_of_it_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes the spec need not wait for a task to fail."""
    text = SIXTH.replace("title: Sixth\n", "title: Sixth\npython: tests.authoring.nowhere:Counting\n", 1)
    file = tmp_path / "sixth.platform.yaml"
    file.write_text(text, "utf-8")
    assert main(["lint", str(file)]) == 1
    assert "tests.authoring.nowhere:Counting cannot be imported" in capsys.readouterr().out
