"""What a Python file imports, sorted as `ruff` and isort sort it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping

from airflow_provider_flows.pipelines.literals import WIDTH
from airflow_provider_flows.pipelines.variables import free

_AS_MODULES = frozenset({"pendulum"})  # Airflow's own documents write `pendulum.datetime(…)`


class Imports:
    """The names that a file imports; of two classes with one name, the second gets another.

    :param paths: what is asked for, and the path to import it by
    """

    def __init__(self, paths: Mapping[str, str]) -> None:
        self._paths = paths
        self._modules = {_module(path) for path in paths.values()} & _AS_MODULES
        self._names: dict[str, str] = {}
        for path in sorted({path for path in paths.values() if _module(path) not in self._modules}):
            self._names[path] = free(_own(path), self.names)

    @property
    def names(self) -> frozenset[str]:
        """What the file calls the things that it imports."""
        return frozenset({*self._modules, *self._names.values()})

    def __getitem__(self, asked: str) -> str:
        """Return what the file writes for what is asked for."""
        path = self._paths[asked]
        return self._names.get(path, path)

    def lines(self) -> Iterator[str]:
        """Yield the statements: the standard library's, an empty line, the others'."""
        modules = {*self._modules, *map(_module, self._names)}
        ours = {module for module in modules if module.partition(".")[0] in sys.stdlib_module_names}
        yield from self._of(ours)
        if ours and modules - ours:
            yield ""
        yield from self._of(modules - ours)

    def _of(self, modules: Collection[str]) -> Iterator[str]:
        in_order = sorted(modules, key=_natural)
        yield from (f"import {module}" for module in in_order if module in self._modules)
        for module in in_order:
            names = {_own(path): name for path, name in self._names.items() if _module(path) == module}
            yield from _from(module, [own for own, name in names.items() if own == name])
            yield from (f"from {module} import {own} as {name}" for own, name in names.items() if own != name)


def _module(path: str) -> str:
    return path.rpartition(".")[0]


def _own(path: str) -> str:
    return path.rpartition(".")[2]


def _from(module: str, names: Iterable[str]) -> Iterator[str]:
    in_order = sorted(names, key=_by_kind)
    line = f"from {module} import {', '.join(in_order)}"
    if len(line) <= WIDTH:
        yield from [line] * bool(in_order)
        return
    yield f"from {module} import ("
    yield from (f"    {name}," for name in in_order)
    yield ")"


def _by_kind(name: str) -> tuple[int, str]:
    """Constants come before classes, and these before all else."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[0].isupper() else (2, name)


def _natural(module: str) -> list[tuple[int, str]]:
    """Put `a2` before `a10`."""
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", module.lower())]
