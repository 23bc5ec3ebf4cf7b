"""What becomes of a result: XCom where it fits, else object storage, and text where it is no JSON."""

from __future__ import annotations

import json
import logging
import math
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.bases.xcom import BaseXCom
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_provider_flows.operators.results import ResultKeeper, _safe
from airflow_provider_flows.results import ResultTooLargeError, read_result
from tests.airflow.kept import LARGE, MIB, TASK, keeper

SELF: list[Any] = []
SELF.append(SELF)


def deep(levels: int) -> Any:
    """Return lists in lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Return the URL of an empty folder."""
    return f"file://{tmp_path}/results"


@pytest.mark.parametrize("result", [None, True, 1, 1.5, "ünï", [], {"a": [1, None]}, {"flow_result": "x"}])
def test_a_result_that_fits_is_itself(result: Any) -> None:
    """What is JSON and small goes into XCom as it is, and is read as it is."""
    assert keeper().for_xcom(result) is result
    assert read_result(result) is result


@pytest.mark.parametrize("result", ["x" * 98, "ü" * 49, ["x" * 96], {"a": "x" * 91}])
def test_the_limit_is_counted_in_bytes_of_json(folder: str, result: Any) -> None:
    """A result of just `max_result_bytes` still goes into XCom, and one byte less of room sends it away."""
    assert keeper(100).for_xcom(result) is result
    assert keeper(99, folder).for_xcom(result)["bytes"] >= 98


def test_a_large_result_is_stored_and_read_again(folder: str, tmp_path: Path) -> None:
    """XCom gets a reference of plain JSON; the file lies under the task's names, whole and alone."""
    reference = keeper(storage=folder).for_xcom(LARGE)
    assert json.loads(json.dumps(reference)) == reference
    assert reference["content_type"] == "application/json"
    [file] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert reference == {
        "flow_result": f"file://{file}",
        "bytes": file.stat().st_size,
        "content_type": "application/json",
    }
    assert json.loads(file.read_text("utf-8")) == LARGE
    assert file.relative_to(tmp_path).parts[:2] == ("results", "lab.day")
    assert file.relative_to(tmp_path).parts[3:] == ("group.run", "-1", "2.json")
    assert read_result(reference) == LARGE


def test_a_large_text_is_stored_as_such(folder: str) -> None:
    """A text is written without quotes, and read as the text that it was."""
    text = 'line "one"\nünï ' * 20
    reference = keeper(storage=folder + "/").for_xcom(text)
    assert reference["content_type"] == "text/plain"
    assert reference["flow_result"].endswith("/results/" + reference["flow_result"].partition("/results/")[2])
    assert reference["flow_result"].endswith("/2.txt")
    assert read_result(reference) == text


def test_each_attempt_has_a_file_of_its_own(folder: str) -> None:
    """Tries, mapped tasks and runs of a DAG never write over each other."""
    others: list[dict[str, Any]] = [
        {},
        {"try_number": 3},
        {"map_index": 0},
        {"run_id": "manual__2026-11-22T05:00:00_00:00"},
    ]
    urls = {keeper(storage=folder, **other).for_xcom(LARGE)["flow_result"] for other in others}
    assert len(urls) == len(others)


names = st.text(min_size=1, max_size=250)


@settings(max_examples=200, deadline=None)
@given(one=names, other=names)
def test_no_name_leads_out_of_the_storage(one: str, other: str) -> None:
    """Whatever a DAG, a run or a task is called, its part of the path is one, usable and its own."""
    for name in (one, other):
        part = _safe(name)
        assert part.isascii()
        assert not part.startswith(".")
        assert not set(part) & set("/\\:?%#*\0 ")
        assert 1 <= len(part) <= 120
    assert (_safe(one) == _safe(other)) == (one == other)


def test_without_storage_the_task_says_what_to_do() -> None:
    """The error names the size, the limit, the argument that is missing, and how to get at the result."""
    with pytest.raises(ResultTooLargeError) as caught:
        keeper(100).for_xcom(LARGE)
    size = len(json.dumps(LARGE, ensure_ascii=False).encode())
    for part in (
        f"{size} bytes",
        "max_result_bytes (100)",
        "result_storage",
        "FlowRunSensor",
        "'handle'",
        "result_path",
    ):
        assert part in str(caught.value)


ODD = [
    (b"caf\xc3\xa9 \xff", "café \\xff"),
    ({"a": math.nan}, '{"a": NaN}'),
    ([math.inf], "[Infinity]"),
    ({1}, "{1}"),
    ({"at": datetime(2026, 1, 2, tzinfo=timezone.utc)}, '{"at": "2026-01-02 00:00:00+00:00"}'),
    ({(1, 2): 3}, "{(1, 2): 3}"),
    ("half \ud800", "half \\ud800"),
    ("nul \0", "nul \\u0000"),
    ({"a": "nul \0 ü"}, '{"a": "nul \\u0000 ü"}'),
    ({"__classname__": "os.system", "__data__": "x"}, '{"__classname__": "os.system", "__data__": "x"}'),
    (SELF, "[[...]]"),
]


@pytest.mark.parametrize(("result", "text"), ODD, ids=str)
def test_what_is_no_json_is_kept_as_text(result: Any, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """What XCom or a database would choke on becomes text, in all places, and the log says so once."""
    caplog.set_level(logging.WARNING)
    kept = keeper()
    assert kept.for_xcom(result) == text
    assert kept.from_journal(kept.for_journal(result)) == text
    assert len([each for each in caplog.records if "it is kept as text" in each.getMessage()]) == 1
    json.dumps(text).encode()
    BaseXCom.serialize_value(text)


@pytest.mark.parametrize("levels", [400, 900, 100_000])
def test_a_result_too_deep_for_airflow_is_text(levels: int) -> None:
    """A result that a serializer refuses for its depth is kept all the same, as far as it has a text."""
    result = deep(levels)
    kept = keeper(MIB).for_xcom(result)
    BaseXCom.serialize_value(kept)
    if levels == 400:
        assert kept is result
    else:
        assert isinstance(kept, str)


def test_a_backslash_is_no_nul() -> None:
    """A text that only spells a NUL is left as it is."""
    for text in ("\\u0000", "\\\\u0000", "a\\u0000b"):
        assert keeper().for_xcom({"a": text}) == {"a": text}


def test_a_result_cannot_pose_as_a_reference(tmp_path: Path) -> None:
    """A platform that answers with the shape of a reference makes nobody read a file of its choice."""
    secret = tmp_path / "secret"
    secret.write_text("planted")
    posing = {"flow_result": f"file://{secret}", "bytes": 7, "content_type": "text/plain"}
    kept = keeper(MIB).for_xcom(posing)
    assert json.loads(kept) == posing
    assert read_result(kept) == kept


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(result=JSON_VALUES, limit=st.integers(0, 60))
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, result: Any, limit: int) -> None:
    """By XCom, by storage and by the journal the same value comes back: the result, or one text of it."""
    storage = f"file://{tmp_path_factory.getbasetemp()}/kept"
    here = ResultKeeper(limit, storage, TASK)
    whole = ResultKeeper(MIB, storage, TASK).for_xcom(result)
    assert whole == result or isinstance(whole, str)
    assert read_result(json.loads(json.dumps(here.for_xcom(result)))) == whole
    assert here.from_journal(json.loads(json.dumps(here.for_journal(result, limit)))) == whole
