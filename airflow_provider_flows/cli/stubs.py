"""The short DAG files that load one pipeline each, and what has to be done so that they are right."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from airflow_provider_flows.dags.files import SUFFIX, text_of

# Airflow takes no notice of a file without the words "airflow" and "dag".
_STUB = """\
# Written by `airflow flows sync` from {name}, which is what to edit. (airflow dag)
from airflow_provider_flows.dags import load_dag

dag = load_dag({literal})
"""
_IS_STUB = re.compile(
    r"# Written by `airflow flows sync` from [^\n]*\n\s*"
    r"from airflow_provider_flows\.dags import load_dag\n\s*"
    r"dag = load_dag\((?P<literal>\"[^\n]*\")\)\s*"
)


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be done with one file.

    :param verb: write, update, remove; or keep, where it is somebody's own
    :param text: what is to stand in it
    :param pipeline: the file that it is to load, None where that is gone
    """

    verb: str
    path: Path
    text: str = ""
    pipeline: Path | None = None

    def carry_out(self) -> None:
        """Do it; raises `OSError` where the disk refuses."""
        if self.verb == "remove":
            self.path.unlink()
        elif self.verb != "keep":
            self.path.write_text(self.text, encoding="utf-8")


def stub_of(pipeline: Path) -> str:
    """Return what the stub beside a pipeline file holds."""
    name = pipeline.name
    shown = "".join(each if each.isprintable() else "?" for each in name)
    return _STUB.format(name=shown, literal=json.dumps(name))


def changes(pipelines: list[Path], python: list[Path]) -> Iterator[Change]:
    """Yield what has to be done so that each pipeline has a stub, and nothing else has.

    :param python: the Python files in the same folders
    """
    wanted = {_place_of(path): path for path in pipelines}
    for path, pipeline in wanted.items():
        text = stub_of(pipeline)
        if not os.path.lexists(path):
            yield Change("write", path, text, pipeline)
        elif (held := text_in(path)) != text:
            yield Change("update" if _is_stub(held) else "keep", path, text, pipeline)
    for path in python:
        if path not in wanted and is_stub(path):
            yield Change("remove", path)


def is_stub(path: Path) -> bool:
    """Tell whether a file is as `sync` writes them, so that nobody's work is in it."""
    return _is_stub(text_in(path))


def is_stub_of(pipeline: Path, path: Path) -> bool:
    """Tell whether a file is the stub that `sync` has written for a pipeline file, and no other one's."""
    found = _IS_STUB.fullmatch(text_in(path))
    if found is None or path.name != _place_of(pipeline).name:
        return False
    return found["literal"] == json.dumps(pipeline.name) and path.parent.samefile(pipeline.parent)


def text_in(path: Path) -> str:
    """Return a file's text, an empty one for what is no file that can be read: that is none of ours."""
    try:
        return text_of(path)
    except OSError:
        return ""


def _place_of(pipeline: Path) -> Path:
    return pipeline.with_name(pipeline.name.removesuffix(SUFFIX) + ".py")


def _is_stub(text: str) -> bool:
    return _IS_STUB.fullmatch(text) is not None
