"""The one expression language of specs: JMESPath, bare in answers and inside `${…}` in requests.

https://jmespath.org/specification.html. Expressions come from specs and connections only; data is never
evaluated again, so no answer and no input can smuggle one in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathTypeError
from jmespath.functions import Functions
from jmespath.visitor import TreeInterpreter

from airflow_provider_flows.platforms.holes import Hole, split
from airflow_provider_flows.platforms.lookups import Lookup, lookup
from airflow_provider_flows.protocol.errors import ConnectionFieldError, InputsError, SpecError

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

# JMESPath's own errors are ValueErrors; the others come from within it: `ceil` of an infinity, too deep data.
_FAILURES = (ValueError, TypeError, ArithmeticError, RecursionError)
Where: TypeAlias = Callable[..., str]
"""Names the place of something for errors, given the names and indices that lead to it from here."""
# `search` makes one at each call, in a ring of eight objects that wait for the collector of garbage.
_INTERPRETER = TreeInterpreter()
FUNCTIONS = tuple(sorted(Functions.FUNCTION_TABLE))
SPREAD = "..."  # the member of a JSON template whose mapping is spread into its parent


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled JMESPath expression that remembers its text."""

    text: str
    _parsed: ParsedResult
    _lookup: Lookup | None = field(default=None, compare=False)

    @property
    def tree(self) -> Mapping[str, Any]:
        """The expression as jmespath has parsed it: nodes with `type`, `children` and perhaps `value`."""
        tree: Mapping[str, Any] = self._parsed.parsed
        return tree

    def __call__(self, data: Any) -> Any:
        """Return what the expression finds; one that fails on the data, such as by a type, finds None."""
        if self._lookup is not None:
            return self._lookup(data)
        try:
            return _INTERPRETER.visit(self._parsed.parsed, data)
        except _FAILURES:
            return None

    def strictly(self, data: Any) -> Any:
        """Return what the expression finds; raises `ValueError` where it fails on the data."""
        try:
            return _INTERPRETER.visit(self._parsed.parsed, data)
        except JMESPathTypeError as error:  # whose own text quotes the value
            expected = " or ".join(error.expected_types)
            raise ValueError(f"{error.function_name}() takes {expected}, not {error.actual_type}") from None
        except _FAILURES as error:
            raise ValueError(str(error)) from None


@lru_cache(maxsize=1024)
def expression(text: str, where: str) -> Expression:
    """Compile a JMESPath expression; `where` names its place in errors."""
    try:
        found = jmespath.compile(text)
        _check_functions(found.parsed)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise SpecError(f"{where}: not a valid JMESPath expression: {text!r}: {reason}") from error
    return Expression(text, found, lookup(found.parsed))


def _check_functions(node: Any) -> None:
    """Raise `ValueError` for a call that can never work; jmespath itself tells it only when it searches."""
    if not isinstance(node, Mapping):
        return
    if node["type"] == "function_expression":
        name, given = node["value"], len(node["children"])
        if name not in Functions.FUNCTION_TABLE:
            raise ValueError(f"{name}() is no function of JMESPath")
        signature = Functions.FUNCTION_TABLE[name]["signature"]
        if given < len(signature) or (given > len(signature) and not signature[-1].get("variadic")):
            raise ValueError(f"{name}() takes {len(signature)} argument(s), not {given}")
    for child in node["children"]:
        _check_functions(child)


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
        if (text := written(value)) is not None:
            return text
        if value is None and part.text.startswith("conn."):
            field = part.text.removeprefix("conn.")
            raise ConnectionFieldError(f"{field} is empty, but {self.where} needs it")
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise SpecError(f"{self.where}: ${{{part.text}}} is {kind}, but stands inside a text: {self.text!r}")


def written(value: Any) -> str | None:
    """Return a scalar as it stands inside a text, None for what is no scalar."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


@lru_cache(maxsize=1024)
def template(text: str, where: str) -> Template:
    """Compile a text with `${…}` parts; raises `SpecError` for one that is malformed or never closed."""
    parts: list[str | Expression] = []
    for part in split(text):
        if isinstance(part, Hole) and not part.is_closed:
            raise SpecError(f"{where}: ${{ is never closed: {text!r}")
        parts.append(part if isinstance(part, str) else expression(part.text, where))
    return Template(text, where, tuple(parts))


def _as_it_is(value: str, expression_text: str) -> str:  # noqa: ARG001 - the shape of `encode`
    return value


def compiled(value: Any, where: Where) -> Any:
    """Return JSON-like data with every text compiled to a template."""
    if isinstance(value, str):
        return template(value, where())
    if isinstance(value, Mapping):
        return {
            (key if key == SPREAD else template(key, where(key))): compiled(member, partial(where, key))
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [compiled(item, partial(where, index)) for index, item in enumerate(value)]
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
    if not isinstance(spread, Mapping):
        raise SpecError(f"{value[SPREAD].where}: only a mapping can be spread, not a {type(spread).__name__}")
    for key, member in value.items():
        if key == SPREAD:
            continue
        name = key.fill(names, _as_it_is)
        if name in spread:
            raise InputsError(f"inputs.{name}: the platform keeps this name for itself; rename the input")
        if (found := filled(member, names)) is not None:
            result[name] = found
    return {**spread, **result}
