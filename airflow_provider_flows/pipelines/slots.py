"""One `${…}` that is filled at run time, and what is said where it can't be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.pipelines.uses import Name, uses
from airflow_provider_flows.platforms.expressions import Expression, written
from airflow_provider_flows.protocol.errors import UsageError

_MOST_KEYS = 12  # that an error names


class TextError(UsageError):
    """A `${…}` cannot be filled: it fails on what there is, or finds nothing to put into a text."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One `${…}`, where it stands, and whether it is the whole text."""

    expression: Expression
    where: str
    is_whole: bool

    def found(self, names: Mapping[str, Any]) -> Any:
        """Return what the expression finds; raises `TextError` where it fails."""
        try:
            return self.expression.strictly(names)
        except ValueError as error:
            raise TextError(f"{self} fails: {error}; {self._there(names)}") from None

    def written(self, names: Mapping[str, Any]) -> str:
        """Return it as it stands inside a text; raises `TextError` for what is no scalar."""
        value = self.found(names)
        if (text := written(value)) is not None:
            return text
        if value is None:
            raise TextError(f"{self} stands inside a text and finds nothing; {self._there(names)}")
        advice = f"${{to_string({self.expression.text})}} writes it out"
        raise TextError(f"{self} stands inside a text and is {_kind(value)}; {advice}")

    def _there(self, names: Mapping[str, Any]) -> str:
        found = dict.fromkeys(_there(name, names) for name in uses(self.expression.text).names)
        return "; ".join(found) or "it speaks of no name"

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        return f"${{{self.expression.text}}}{place}"


def _there(name: Name, names: Mapping[str, Any]) -> str:
    """Return what there is on the way to a name, as far as there is anything; never a value."""
    found: Any = names
    for depth, field in enumerate(name):
        if not isinstance(found, Mapping) or field not in found:
            return _said(name[:depth], found) if depth else f"nothing is called `{field}`"
        found = found[field]
    return _said(name, found)


def _said(name: Name, found: Any) -> str:
    is_variable = name[:1] == ("vars",) and len(name) == 2
    mend = f" (set the Airflow Variable {name[1]})" if is_variable and found is None else ""
    return f"`{'.'.join(name) or '@'}` is {_kind(found)}{mend}"


def _kind(value: Any) -> str:
    if isinstance(value, Mapping):
        keys = [str(key) for key in value]
        more = ", …" if len(keys) > _MOST_KEYS else ""
        return f"a mapping with the keys {', '.join(keys[:_MOST_KEYS])}{more}" if keys else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return {str: "a text", bool: "true or false", type(None): "null"}.get(type(value), "a number")
