"""Texts with `${…}` at run time: which names they speak of, and the two steps in which they are filled.

Airflow renders its own `{{ }}` between the two, so that neither language reads what the other has put in:

    texts = compiled({"inputs": {"plate": "${params.plate} of {{ ds }}"}})
    nonce = fresh_nonce()
    rendered = as_airflow_renders(texts.marked(nonce))  # `${…}` are marks by now
    filled = texts.filled(rendered, names, nonce)  # only marks are replaced, each once
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from airflow_provider_flows.pipelines.slots import Slot, TextError
from airflow_provider_flows.pipelines.uses import Name, uses
from airflow_provider_flows.platforms.expressions import expression
from airflow_provider_flows.platforms.holes import Hole, split
from airflow_provider_flows.protocol.errors import SpecError
from airflow_provider_flows.schemas import Path, path_text

_LENGTHS = {"steps": 3, "params": 2, "vars": 2, "dag_run": 2}
_TELLING = 12  # characters of a nonce that no other text has
_SPOILT = (
    "Airflow's {{ }} changed a ${…} that stands inside of it, as a filter does: it is filled only "
    "afterwards. Take it out of the {{ }}"
)
_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Texts:
    """JSON data with `${…}` in its texts, compiled."""

    _data: Any
    _slots: tuple[Slot, ...]

    @property
    def names(self) -> frozenset[Name]:
        """What must be known to fill the texts.

        `("steps", "read", "result")`, `("params", "plate")`, `("vars", "site")`, `("dag_run", "ds")`,
        `("item",)`, `("index",)`; shorter where an expression takes more at once, such as `("params",)`.
        """
        found = (name for slot in self._slots for name in uses(slot.expression.text).names)
        return frozenset(name[: _LENGTHS.get(name[0], 1)] if name else name for name in found)

    def value(self, names: Mapping[str, Any]) -> Any:
        """Return the data with every `${…}` replaced by its value; raises `TextError`.

        A text that is one `${…}` becomes the value, whatever its type; inside a text it must be a scalar.
        """
        return _mapped(self._data, _Text, lambda text: self._joined(text.parts, names))

    def marked(self, nonce: str) -> Any:
        """Return the data with a mark in place of every `${…}`; `$${` is a plain `${` in it.

        A mark is made of letters, digits and `_`. Nobody can make one up who doesn't know the nonce.
        """
        return _mapped(self._data, _Text, lambda text: text.marked(nonce))

    def filled(self, rendered: Any, names: Mapping[str, Any], nonce: str) -> Any:
        """Return what Airflow has made of the marked data, with every mark replaced as in `value`.

        Raises `TextError` also for a mark that a filter has changed, which nobody could fill any more.
        """
        mark = re.compile(re.escape(nonce) + r"_(\d+)_")
        spoilt = re.compile(re.escape(nonce[-_TELLING:]), re.IGNORECASE)

        def fill(text: str) -> Any:
            pieces = mark.split(text)  # plain ones and numbers, in turns
            if any(spoilt.search(each) for each in pieces[::2]):
                raise TextError(_SPOILT)
            parts = [int(each) if place % 2 else each for place, each in enumerate(pieces) if each]
            return self._joined(parts, names)

        return _mapped(rendered, str, fill)

    def _joined(self, parts: Sequence[str | int], names: Mapping[str, Any]) -> Any:
        slots = [each if isinstance(each, str) else self._slots[each] for each in parts]
        if len(slots) == 1 and isinstance(slots[0], Slot) and slots[0].is_whole:
            return slots[0].found(names)
        return "".join(each if isinstance(each, str) else each.written(names) for each in slots)


def compiled(value: Any, where: str = "") -> Texts:
    """Compile JSON data with `${…}` texts; `where` names it in errors.

    Raises `SpecError` for what a lint would have found: a malformed expression, or one in a mapping's key.
    """
    slots: list[Slot] = []
    data = _compiled(value, (), where, slots)
    return Texts(data, tuple(slots))


def fresh_nonce() -> str:
    """Return a nonce for `Texts.marked`: one for each rendering."""
    return f"flows_{secrets.token_hex(16)}"


def is_true(value: Any) -> bool:
    """Tell whether JMESPath takes a value for true; 0 is, what is empty is not."""
    return not (value is None or value is False or (isinstance(value, str | list | dict) and not value))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text's parts: plain ones, and the numbers of its slots."""

    parts: tuple[str | int, ...]

    def marked(self, nonce: str) -> str:
        return "".join(each if isinstance(each, str) else f"{nonce}_{each}_" for each in self.parts)


def _compiled(value: Any, path: Path, where: str, slots: list[Slot]) -> Any:
    if isinstance(value, Mapping):
        return {
            _key(key, where, path): _compiled(member, (*path, key), where, slots)
            for key, member in value.items()
        }
    if isinstance(value, list | tuple):
        return [_compiled(item, (*path, index), where, slots) for index, item in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    parts: list[str | int] = []
    pieces = split(value)
    for piece in pieces:
        if isinstance(piece, Hole):
            parts.append(len(slots))
            slots.append(_slot(piece, f"{where}{path_text(path)}".lstrip("."), is_whole=len(pieces) == 1))
        else:
            parts.append(piece)
    return _Text(tuple(parts))


def _slot(hole: Hole, where: str, *, is_whole: bool) -> Slot:
    if not hole.is_closed:
        raise SpecError(f"{where}: ${{ is never closed: ${{{hole.text}")
    return Slot(expression(hole.text, where), where, is_whole)


def _key(key: Any, where: str, path: Path) -> Any:
    if not isinstance(key, str) or "${" not in key:
        return key
    pieces = split(key)
    if any(isinstance(piece, Hole) for piece in pieces):
        raise SpecError(
            f"{where}{path_text(path)}: a name is never filled, but {key!r} holds ${{".lstrip(".")
        )
    return "".join(map(str, pieces))


def _mapped(value: Any, kind: type[_Kind], change: Callable[[_Kind], Any]) -> Any:
    """Return JSON data with everything of one kind changed."""
    if isinstance(value, kind):
        return change(value)
    if isinstance(value, dict):
        return {key: _mapped(member, kind, change) for key, member in value.items()}
    if isinstance(value, list):
        return [_mapped(item, kind, change) for item in value]
    return value
