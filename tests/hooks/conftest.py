from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.support.faults import secrets_in
from tests.support.ways import WAYS, Way


@pytest.fixture(autouse=True)
def _direct(direct: None) -> None:
    """Let nothing of this machine stand between a test and its server."""


@pytest.fixture(autouse=True)
def _nothing_leaks(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Let no test leave a secret in a log, at any level, or on a terminal."""
    caplog.set_level(logging.DEBUG)
    yield
    assert secrets_in(caplog.text + "".join(capfd.readouterr())) == []


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Return each way to start a run in turn."""
    found: Way = request.param
    return found
