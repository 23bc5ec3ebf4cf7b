"""What an expression speaks of: found in its syntax tree, before there is any data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from jmespath.exceptions import IncompleteExpressionError, ParseError

from airflow_provider_flows.platforms.expressions import expression
from airflow_provider_flows.protocol.errors import SpecError

Name: TypeAlias = tuple[str, ...]
"""A name and the fields after it, such as `("steps", "read", "result", "wells")`; `()` is all names."""

_LONGEST = 5000
_STEPWISE = frozenset({"subexpression", "index_expression", "pipe"})
_PROJECTIONS = frozenset({"projection", "value_projection", "filter_projection"})


@dataclass(frozen=True, slots=True)
class Uses:
    """The names in one expression.

    :param names: each followed as far as the expression only goes from field to field
    :param of_elements: those that are sought in each element of a list instead, as in `[?owner == params.x]`
    :param asks_a_not: whether something is sought in what `!` gives, where nothing ever is, as in `!a.b`
    :param fault: why the text is no JMESPath expression, None where it is one
    """

    names: tuple[Name, ...] = ()
    of_elements: tuple[Name, ...] = ()
    asks_a_not: bool = False
    fault: str | None = None


@lru_cache(maxsize=4096)
def uses(text: str) -> Uses:
    """Return what an expression speaks of; it never raises."""
    if not text.strip():
        return Uses(fault="it is empty")
    if len(text) > _LONGEST:  # following its names takes time by the square of their length
        return Uses(fault=f"it has {len(text):,} characters; {_LONGEST:,} are the most")
    try:
        tree = expression(text, "").tree
    except SpecError as error:
        return Uses(fault=_reason(error.__cause__))
    seen = _Seen()
    seen.use(_walk(tree, _At(seen.names), seen))
    of_elements = tuple(name for name in seen.of_elements if name)
    return Uses(tuple(seen.names), of_elements, asks_a_not=seen.asks_a_not)


@dataclass(frozen=True, slots=True)
class _At:
    """Where a part of an expression starts from: these names, followed by these fields."""

    names: dict[Name, None]
    fields: Name = ()


@dataclass(slots=True)
class _Seen:
    """What was found so far."""

    names: dict[Name, None] = field(default_factory=dict)
    of_elements: dict[Name, None] = field(default_factory=dict)
    asks_a_not: bool = False

    def use(self, at: _At | None) -> None:
        if at is not None:
            at.names[at.fields] = None


def _walk(node: Mapping[str, Any], at: _At | None, seen: _Seen) -> _At | None:
    """Note what a part of an expression speaks of, and return where it leads.

    None stands for a place inside of data, where every name is as good as another.
    """
    kind, children = node["type"], node["children"]
    if kind in {"subexpression", "flatten", *_PROJECTIONS} and children[0]["type"] == "not_expression":
        seen.asks_a_not = True
    if kind == "field":
        return at and _At(at.names, (*at.fields, node["value"]))
    if kind in {"current", "identity"}:
        return at
    if kind in _STEPWISE:
        for child in children:
            at = _walk(child, at, seen)
        return at
    if kind in _PROJECTIONS:
        _project(children, at, seen)
    elif kind in {"index", "slice"}:
        seen.use(at)
    else:
        inner = _At(seen.of_elements) if at is None or kind == "expref" else at
        for child in children:
            seen.use(_walk(child, inner, seen))
    return None


def _project(children: Sequence[Mapping[str, Any]], at: _At | None, seen: _Seen) -> None:
    """Note what a projection speaks of: the list, what follows it, and perhaps a filter's condition."""
    seen.use(_walk(children[0], at, seen))
    seen.use(_walk(children[1], None, seen))
    for condition in children[2:]:
        seen.use(_walk(condition, _At(seen.of_elements), seen))


def _reason(error: BaseException | None) -> str:
    """Return why an expression is none, in a few words and without the expression."""
    if isinstance(error, IncompleteExpressionError):
        return "it ends too early"
    if not isinstance(error, ParseError):
        return str(error)
    said = str(getattr(error, "message", error.msg)).rstrip(".")
    if said.startswith("Expecting"):  # a list of the parser's own words for tokens
        said = f"unexpected `{error.token_value}`"
    return f"{said[0].lower()}{said[1:]}, at its character {error.lex_position + 1}"
