"""The one expression language of specs: JMESPath, bare in answers and inside `${…}` in requests.

https://jmespath.org/specification.html. Expressions come from specs and connections only; data is never
evaluated again, so no answer and no input can smuggle one in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from airflow_provider_flows.protocol.errors import ConnectionFieldError, InputsError, SpecError

SPREAD = "..."  # the member of a JSON template whose mapping is spread into its parent
_QUOTES = "'\"`"


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled JMESPath expression that remembers its text."""

    text: str
    _search: Callable[[Any], Any]

    def __call__(self, data: Any) -> Any:
        """Return what the expression finds, None when it finds nothing or does not fit the data."""
        try:
            return self._search(data)
        except JMESPathError:
            return None


@lru_cache(maxsize=1024)
def expression(text: str, where: str) -> Expression:
    """Compile a JMESPath expression; `where` names its place in errors."""
    try:
        return Expression(text, jmespath.compile(text).search)
    except JMESPathError as error:
        reason = " ".join(str(error).split())
        raise SpecError(f"{where}: not a valid JMESPath expression: {text!r}: {reason}") from error


@dataclass(frozen=True, slots=True)
class Template:
    """A text with `${…}` parts. A part that is the whole text keeps its type."""

    text: str
    where: str
    parts: tuple[str | Expression, ...]

    def value(self, names: Mapping[str, Any]) -> Any:
        """Return the template's value; a text with more than one part needs scalars in all of them."""
        if len(self.parts) == 1 and isinstance(self.parts[0], Expression):
            return self.parts[0](names)
        return self.fill(names, _as_it_is)

    def fill(self, names: Mapping[str, Any], encode: Callable[[str, str], str]) -> str:
        """Return the template's text, each value passed with its expression through `encode`.

        Raises `SpecError` for a value that is no scalar.
        """
        return "".join(
            part if isinstance(part, str) else encode(self._scalar(part, names), part.text)
            for part in self.parts
        )

    def _scalar(self, part: Expression, names: Mapping[str, Any]) -> str:
        value = part(names)
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        if value is None and part.text.startswith("conn."):
            field = part.text.removeprefix("conn.")
            raise ConnectionFieldError(
                f"the connection's field {field!r} is empty, but {self.where} needs it: fill it in"
            )
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise SpecError(f"{self.where}: ${{{part.text}}} is {kind}, but stands inside a text: {self.text!r}")


@lru_cache(maxsize=1024)
def template(text: str, where: str) -> Template:
    """Compile a text with `${…}` parts; `$${` stands for a plain `${`."""
    parts: list[str | Expression] = []
    plain, position = "", 0
    while position < len(text):
        if text.startswith("$${", position):
            plain, position = plain + "${", position + 3
        elif text.startswith("${", position):
            end = _closing_brace(text, position + 2, where)
            parts += [plain] if plain else []
            parts.append(expression(text[position + 2 : end], where))
            plain, position = "", end + 1
        else:
            plain, position = plain + text[position], position + 1
    if plain or not parts:
        parts.append(plain)
    return Template(text, where, tuple(parts))


def _as_it_is(value: str, expression_text: str) -> str:  # noqa: ARG001 - the shape of `encode`
    return value


def _closing_brace(text: str, start: int, where: str) -> int:
    depth, quote = 1, ""
    for position in range(start, len(text)):
        character = text[position]
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES:
            quote = character
        else:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth == 0:
                return position
    raise SpecError(f"{where}: ${{ is never closed: {text!r}")


def compiled(value: Any, where: str) -> Any:
    """Return JSON-like data with every text compiled to a template."""
    if isinstance(value, str):
        return template(value, where)
    if isinstance(value, Mapping):
        return {
            (key if key == SPREAD else template(key, f"{where}.{key}")): compiled(member, f"{where}.{key}")
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [compiled(item, f"{where}[{index}]") for index, item in enumerate(value)]
    return value


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """Return compiled data with every template replaced by its value.

    A member whose template finds nothing is left out; nulls inside values that were found are kept.
    Raises `InputsError` when a spread mapping has a member of a name that is spelled out beside it.
    """
    if isinstance(value, Template):
        return value.value(names)
    if isinstance(value, list):
        return [filled(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    spread = filled(value.get(SPREAD), names) or {}
    for key, member in value.items():
        if key == SPREAD:
            continue
        name = key.fill(names, _as_it_is)
        if name in spread:
            raise InputsError(
                f"inputs.{name}: the platform keeps this name for itself, so it can be no input"
            )
        if (found := filled(member, names)) is not None:
            result[name] = found
    return {**spread, **result}
