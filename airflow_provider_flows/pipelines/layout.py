"""Python source in pieces, broken into lines as `ruff format` and Black break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from airflow_provider_flows.pipelines.literals import WIDTH, columns, quoted, text_parts

INDENT = "    "
_WIDEST = 110  # they join the parts of a text that has room in a line, so only a wider one is parted


@dataclass(frozen=True, slots=True)
class Text:
    """A text's value."""

    value: str


@dataclass(frozen=True, slots=True)
class Member:
    """One argument, item or pair, with what stands before its value: `name=` or `"key": `."""

    value: Piece
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Brackets:
    """Members between brackets; `opening` holds what stands before the bracket, too."""

    opening: str
    members: tuple[Member, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Chain:
    """A call on what another call returns."""

    first: Brackets
    then: Brackets


Piece: TypeAlias = "str | Text | Brackets | Chain"


def lines(piece: Piece, indent: str = "", lead: str = "", trail: str = "") -> Iterator[str]:
    """Yield a piece's lines: one where it has room, else one for each member, with a comma after it."""
    whole = f"{indent}{lead}{_flat(piece)}{trail}"
    if columns(whole) <= WIDTH:
        yield whole
        return
    match piece:
        case Brackets(members=(_, *_)):
            yield from _broken(piece, indent, lead)
            yield f"{indent}{piece.closing}{trail}"
        case Chain(first, then):
            yield from _broken(first, indent, lead)
            yield from lines(then, indent, first.closing, trail)
        case Text(value) if columns(whole) > _WIDEST:
            yield from _parted(value, whole, indent, lead, trail)
        case _:
            yield whole


def _flat(piece: Piece) -> str:
    match piece:
        case str():
            return piece
        case Text(value):
            return quoted(value)
        case Chain(first, then):
            return _flat(first) + _flat(then)
    return (
        f"{piece.opening}{', '.join(each.lead + _flat(each.value) for each in piece.members)}{piece.closing}"
    )


def _broken(piece: Brackets, indent: str, lead: str) -> Iterator[str]:
    yield f"{indent}{lead}{piece.opening}"
    for member in piece.members:
        yield from lines(member.value, indent + INDENT, member.lead, ",")


def _parted(value: str, whole: str, indent: str, lead: str, trail: str) -> Iterator[str]:
    inside = indent + INDENT
    fits = columns(inside + quoted(value)) <= _WIDEST
    parts = [quoted(value)] if fits else text_parts(value, WIDTH - len(inside))
    if len(parts) <= 1 and not fits:
        yield whole
        return
    yield f"{indent}{lead}("
    yield from (f"{inside}{part}" for part in parts)
    yield f"{indent}){trail}"
