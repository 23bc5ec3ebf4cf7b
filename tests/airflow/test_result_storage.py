"""Results in object storage and in the journal: written whole, read again, and what is said when not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from airflow_provider_flows.operators.results import ResultKeeper
from airflow_provider_flows.protocol.errors import UsageError
from airflow_provider_flows.results import ResultLostError, ResultStorageError, read_result, stored_result
from tests.airflow.kept import LARGE, keeper


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """Return the URL of an empty folder."""
    return f"file://{tmp_path}/results"


@pytest.mark.parametrize("result", [None, {"a": 1}, "text", "x" * (32 * 1024 - 2)])
def test_the_journal_keeps_small_results_itself(folder: str, result: Any) -> None:
    """Up to 32 KiB a result needs no storage, not even if there is one."""
    for storage in (None, folder):
        kept = keeper(storage=storage).for_journal(result)
        assert kept == {"result": result}
        assert keeper(storage=storage).from_journal(json.loads(json.dumps(kept))) == result


@pytest.mark.parametrize("result", [{"a": "x" * 32 * 1024}, "ü" * 32 * 1024])
def test_the_journal_keeps_where_a_large_result_lies(folder: str, result: Any) -> None:
    """A larger one is stored, and the next attempt finds it, whatever XCom got from it meanwhile."""
    first = keeper(storage=folder)
    kept = json.loads(json.dumps(first.for_journal(result)))
    assert set(kept) == {"stored", "bytes", "content_type"}
    picked = first.for_xcom({"picked": "x" * 200})
    assert picked["flow_result"] != kept["stored"]
    assert keeper(storage=folder, try_number=3).from_journal(kept) == result
    assert read_result(picked) == {"picked": "x" * 200}


def test_a_result_that_is_nowhere_is_said_to_be_lost(folder: str, tmp_path: Path) -> None:
    """Without storage, or when its file is gone, the next attempt says so and that nothing is started."""
    nowhere = keeper().for_journal("x" * 40_000)
    assert nowhere == {"lost": "it has more than 32768 bytes, and result_storage is not set"}
    kept = keeper(storage=folder).for_journal("x" * 40_000)
    for path in tmp_path.rglob("*.txt"):
        path.unlink()
    for each in (nowhere, kept, {}, {"lost": None}):
        with pytest.raises(ResultLostError, match=r"(?s)was not kept: .*the run is not started again"):
            keeper().from_journal(each)


class Unprintable:
    """Has no text of its own."""

    def __str__(self) -> str:
        raise RuntimeError("no text")


def test_the_journal_never_stops_a_task(tmp_path: Path) -> None:
    """Whatever a result is, and whatever is wrong with the storage, the journal gets a reason."""
    (tmp_path / "file").write_text("in the way")
    for storage in (f"file://{tmp_path}/file/results", "nosuch://place", "s3://bucket@:0/x"):
        kept = keeper(storage=storage).for_journal("x" * 40_000)
        assert set(kept) == {"lost"}
        assert kept["lost"]
    nameless = ResultKeeper(100, f"file://{tmp_path}", {})
    assert nameless.for_journal("x" * 40_000) == {"lost": "KeyError: 'dag_id'"}
    assert "has no text: RuntimeError" in keeper().for_journal(Unprintable())["result"]


def test_a_storage_that_is_away_may_come_back(tmp_path: Path) -> None:
    """A failure to write or read is one that may pass; the error names the place and the reason."""
    (tmp_path / "file").write_text("in the way")
    away = f"file://{tmp_path}/file/results"
    with pytest.raises(ResultStorageError, match=r"(?s)file/results.*NotADirectoryError|FileExistsError"):
        keeper(storage=away).for_xcom(LARGE)
    reference = {"flow_result": f"file://{tmp_path}", "bytes": 1, "content_type": "text/plain"}
    with pytest.raises(ResultStorageError, match="IsADirectoryError"):
        read_result(reference)
    with pytest.raises(ResultStorageError):
        keeper().from_journal({**reference, "stored": reference["flow_result"]})


def test_a_storage_that_airflow_does_not_know_is_found_before_a_start() -> None:
    """`check` names what is wrong with the setting, and nothing where there is none to check."""
    with pytest.raises(UsageError, match=r"nosuch://place.*Check the URL in result_storage"):
        keeper(storage="nosuch://place").check()
    keeper().check()


def test_a_storage_in_order_passes_the_check(folder: str, tmp_path: Path) -> None:
    """A check writes nothing."""
    keeper(storage=folder).check()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "storage",
    [
        "s3://key:planted-secret@bucket/x",
        "sftp://me:planted-secret@host/x",
        "https://host/x?sig=planted-secret",
        "https://host/x#planted-secret",
    ],
)
def test_a_storage_with_a_credential_is_refused(storage: str) -> None:
    """Its URL would show up in XCom, so a password belongs into a connection; no error shows it."""
    with pytest.raises(UsageError, match="result_storage") as caught:
        keeper(storage=storage)
    assert "planted-secret" not in str(caught.value)


def test_a_storage_that_is_no_url_is_refused() -> None:
    """What cannot be read as a URL is named."""
    with pytest.raises(UsageError, match=r"result_storage s3://\[bucket is no URL"):
        keeper(storage="s3://[bucket")


def test_no_error_shows_a_credential() -> None:
    """A reference from elsewhere may hold one: what is said of it does not."""
    for url in (
        "nosuch://me:planted-secret@place/x?sig=planted-secret",
        "file:///nowhere?sig=planted-secret",
    ):
        with pytest.raises((UsageError, ResultLostError, ResultStorageError)) as caught:
            read_result({"flow_result": url, "bytes": 1, "content_type": "text/plain"})
        assert "planted-secret" not in str(caught.value)


@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_a_write_that_breaks_off_leaves_no_half_file(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    """Under the final name there is the whole result or nothing, and no rubbish beside it."""
    from fsspec.implementations.local import LocalFileSystem  # type: ignore[import-untyped]

    def half(_: Any, path: str, value: bytes, **__: Any) -> None:
        Path(path).write_bytes(value[: len(value) // 2])
        raise kind("full")

    monkeypatch.setattr(LocalFileSystem, "pipe_file", half)
    with pytest.raises((ResultStorageError, KeyboardInterrupt)):
        keeper(storage=folder).for_xcom(LARGE)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return fsspec's store in memory, known to Airflow as that of the scheme `gs` with a connection."""
    from airflow.sdk.io import attach, store
    from fsspec.implementations.memory import MemoryFileSystem  # type: ignore[import-untyped]

    monkeypatch.setattr(store, "_STORE_CACHE", {})
    monkeypatch.setattr(MemoryFileSystem, "store", {})
    attach("gs", "lab", fs=MemoryFileSystem())
    return MemoryFileSystem.store


def test_an_object_store_gets_one_file_and_no_folders(bucket: Any) -> None:
    """Where a file appears whole anyway it is written under its name at once; its connection is kept."""
    reference = keeper(storage="gs://lab@bucket/results").for_xcom(LARGE)
    [name] = bucket
    assert name.startswith("/bucket/results/lab.day/")
    assert reference["flow_result"] == f"gs://lab@{name[1:]}"
    assert read_result(reference) == LARGE


def test_a_storage_that_lets_nobody_in_may_do_so_later(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A sign-in that fails before anything is written is one that may pass, and the journal says why."""
    from airflow.sdk.io import fs, store

    def refuse(*_: Any) -> None:
        raise ConnectionError("no token for gs://me:planted-secret@bucket")

    monkeypatch.setattr(store, "_STORE_CACHE", {})
    monkeypatch.setattr(fs, "_register_filesystems", lambda: {"gs": refuse})
    away = keeper(storage="gs://lab@bucket/results")
    with pytest.raises(
        ResultStorageError, match=r"gs://lab@bucket/results: ConnectionError: no token for gs://\*"
    ):
        away.check()
    assert "no token" in away.for_journal("x" * 40_000)["lost"]
    assert "planted-secret" not in str(away.for_journal("x" * 40_000)) + caplog.text


@pytest.mark.parametrize("content", ["", "[1, 2", '{"a": 1} and more'])
def test_a_file_that_changed_is_no_result(folder: str, tmp_path: Path, content: str) -> None:
    """What is not what was written is refused, by its size and by its text."""
    reference = keeper(storage=folder).for_xcom(LARGE)
    [file] = tmp_path.rglob("*.json")
    file.write_text(content)
    with pytest.raises(ResultLostError, match=f"has {len(content)} bytes"):
        read_result(reference)
    with pytest.raises(ResultLostError, match="no result of a flow"):
        stored_result({**reference, "bytes": len(content)})
