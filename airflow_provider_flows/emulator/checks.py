"""Checks of the knobs a person sets, with errors that say what is allowed."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_provider_flows.emulator.wire import Json


def check_kind(name: str, value: Json, default: Json) -> None:
    """Raise ``ValueError`` when a knob's value is not of its default's kind."""
    match default:
        case bool():
            fits, kind = isinstance(value, bool), "true or false"
        case str():
            fits, kind = isinstance(value, str), "a text"
        case int() | float():
            fits, kind = is_amount(value), "a number that is not negative"
        case _:
            return
    if not fits:
        raise ValueError(f"{name} is {value!r}, must be {kind}")


def check_one_of(name: str, value: Json, allowed: Sequence[str]) -> None:
    """Raise ``ValueError`` when a value is not among those allowed."""
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, must be one of {', '.join(allowed)}")


def is_amount(value: Json) -> bool:
    """Tell whether a value is a number that is not negative."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
