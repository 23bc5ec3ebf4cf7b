"""What only shows when a DAG is built: Airflow, or what is installed beside it, refuses something."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from airflow_provider_flows.dags.registers import UnknownNameError
from airflow_provider_flows.pipelines.diagnostics import Diagnostic, Place, in_order


class RefusedError(Exception):
    """A pipeline cannot be built; `found` tells all that stands in the way."""

    def __init__(self, found: Sequence[Diagnostic]) -> None:
        super().__init__("\n".join(each.headline for each in found))
        self.found = tuple(found)


class Refusals:
    """Collects what is refused, so that one pass tells all of it.

    :param file: the pipeline's file, as errors name it
    :param source: its text
    """

    def __init__(self, file: str, source: str) -> None:
        self._file = file
        self._lines = source.splitlines()
        self._found: list[Diagnostic] = []

    @contextmanager
    def at(self, place: Place | None, what: str) -> Iterator[None]:
        """Note what goes wrong inside: an unknown name as such, all else as a refusal of `what`."""
        try:
            yield
        except RefusedError as error:
            self._found += error.found
        except UnknownNameError as error:
            self._add(place, error.code, str(error), *error.notes)
        except Exception as error:  # noqa: BLE001 - anybody's constructor; the file is to be told of it
            why = f"Airflow refuses {what}: {type(error).__name__}: {' '.join(str(error).split())}"
            self._add(place, "refused", why)

    def check(self) -> None:
        """Raise `RefusedError` where anything was noted."""
        if self._found:
            raise RefusedError(in_order(self._found))

    def _add(self, place: Place | None, code: str, message: str, *notes: str) -> None:
        place = place or Place(self._file)
        is_here = place.file == self._file and place.line <= len(self._lines)
        excerpt = self._lines[place.line - 1] if is_here else ""
        self._found.append(Diagnostic(place=place, code=code, message=message, notes=notes, excerpt=excerpt))
