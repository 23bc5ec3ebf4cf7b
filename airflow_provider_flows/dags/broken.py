"""DAGs that stand for pipeline files with errors, so that Airflow shows these where people look for them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from airflow.sdk import DAG

from airflow_provider_flows.pipelines.diagnostics import Diagnostic

if TYPE_CHECKING:
    from typing_extensions import Self

_LONGEST_NAME = 200  # characters of a file's name in a DAG's id, which may have 250


class BrokenPipelineError(Exception):
    """A pipeline file has errors."""


class BrokenDag(DAG):
    """Takes the place of a DAG whose file is wrong; Airflow never stores it.

    Airflow records `<name of the class>: <text>` of what `validate` raises, under the DAG file's name.
    """

    found: Sequence[Diagnostic]

    @classmethod
    def of(cls, name: str, found: Sequence[Diagnostic]) -> Self:
        """Return the DAG for a file of that name with these errors; the first one names them all."""
        dag = cls(_id_of(name))
        dag.found = found
        return dag

    def validate(self) -> None:
        """Raise an error whose class is named for the first place and whose text is all that was found."""
        raise error_of(self.found)


class BrokenBesideOthers(BrokenDag):
    """The same for a file whose DAG file gives other DAGs too, in Airflow's DAG processor.

    Airflow hides all DAGs of a DAG file with an import error. What fails while it is serialised is recorded
    by itself, under the path that the DAG names, which is the pipeline file's.
    """

    path: Path

    @classmethod
    def beside(cls, name: str, found: Sequence[Diagnostic], path: Path) -> Self:
        """Return the DAG for the pipeline file at a path."""
        dag = cls.of(name, found)
        dag.path = path
        return dag

    def validate(self) -> None:
        """Pass, so that the DAG is serialised."""

    @property
    def relative_fileloc(self) -> str | None:
        """The path of the pipeline file in Airflow's bundle."""
        return self.__dict__.get("_relative_fileloc")

    @relative_fileloc.setter
    def relative_fileloc(self, value: str | None) -> None:
        if value is None:  # Airflow tells the DAG file's when it has loaded it
            return
        from_dag_file = os.path.relpath(self.path, Path(self.fileloc).parent)
        self.__dict__["_relative_fileloc"] = os.path.normpath(Path(value).parent / from_dag_file)

    def get_serialized_fields(self) -> Any:  # type: ignore[override]  # Airflow asks the DAG, not its class
        """Raise what was found; it begins the text that Airflow records."""
        self.fileloc = self.relative_fileloc or self.fileloc  # Airflow 3.1 takes the error's path from here
        raise BrokenPipelineError("the pipeline file above has errors") from error_of(self.found)


def error_of(found: Sequence[Diagnostic]) -> Exception:
    """Return an exception that Airflow shows as `<file>:<line>:<column>: error[<kind>] …`."""
    place = _writable(str(found[0].place))
    text = _writable("\n\n".join(each.text() for each in found)).removeprefix(f"{place}: ")
    # Tracebacks leave out the module of built-in classes only.
    kind: type[BrokenPipelineError] = type(place, (BrokenPipelineError,), {"__module__": "builtins"})
    return kind(text)


def _writable(text: str) -> str:
    """Return a text as a database takes it: what was no UTF-8 in a file or its name is a question mark."""
    return text.encode(errors="replace").decode()


def _id_of(name: str) -> str:
    """Return a DAG's id for a file, another one for each."""
    plain = re.sub(r"[^A-Za-z0-9_.-]", "-", name)[-_LONGEST_NAME:]
    return f"errors-in-{plain}" + ("" if plain == name else f"-{crc32(name.encode(errors='replace'))}")
