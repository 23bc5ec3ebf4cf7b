"""What text without quotes means, and where two readers of YAML would disagree on it.

YAML 1.1, which Airflow's Python reads, and YAML 1.2, which most editors read, give other values to the same
text. What both read alike is taken; of the rest a person must say which is meant. Dates and times stay text.
https://yaml.org/type/, https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple


class Trap(NamedTuple):
    """What is wrong with a text that stands without quotes."""

    code: str
    message: str
    note: str


_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SWITCHES = {
    **{form: "true" for word in ("yes", "on") for form in (word, word.title(), word.upper())},
    **{form: "false" for word in ("no", "off") for form in (word, word.title(), word.upper())},
}
_NUMERIC = frozenset("0123456789+-.")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+(?:[eE][-+][0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# What is left of the numbers in either version: base 60, octal, binary, with `_`, or with an odd exponent.
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_OCTAL = re.compile(r"[-+]?0[0-9_]+|0o[0-7]+")
_OTHER = re.compile(
    r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|[1-9][0-9]*_[0-9_]*|[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?"
    r"|(?:\.[0-9][0-9_]*|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
)
_LONGEST_NUMBER = 60  # characters: more than a float has, and fewer than Python refuses to read


def plain(text: str) -> Any:
    """Return what a text without quotes means as JSON data, or the `Trap` that it is."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMERIC:
        return _number(text) if len(text) <= _LONGEST_NUMBER else _long(text)
    if text in _SWITCHES:
        word = _SWITCHES[text]
        message = f"`{text}` is read as {word} by some, as a text by others"
        return Trap("yaml-trap", message, f'write {word}, or "{text}"')
    return text


def _number(text: str) -> Any:
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    return _trap(text) or text


def _long(text: str) -> Any:
    if not any(each.fullmatch(text) for each in (_INTEGER, _FLOAT, _HEXADECIMAL, _BASE_60, _OCTAL, _OTHER)):
        return text
    return Trap("bad-value", f"a number of {len(text):,} characters", "put quotes around it, if it is a text")


def _finite(text: str) -> Any:
    number = float(text)
    if math.isinf(number):
        return Trap(
            "bad-value", f"`{text}` is larger than any number that JSON can hold", "write a smaller one"
        )
    return number


def _trap(text: str) -> Trap | None:
    if _NO_NUMBER.fullmatch(text):
        return Trap("bad-value", f"`{text}` is no number that JSON can hold", "leave it out, or write a text")
    if _BASE_60.fullmatch(text):
        return Trap("yaml-trap", f"`{text}` is read as a number of base 60 by some", f'write "{text}"')
    if _OCTAL.fullmatch(text):
        decimal = text.replace("_", "").replace("0o", "").lstrip("+-0") or "0"
        return Trap(
            "yaml-trap",
            f"`{text}` is read as an octal number by some, as a decimal or a text by others",
            f'write "{text}" for the text, {decimal} for the number',
        )
    if _OTHER.fullmatch(text):
        return Trap(
            "yaml-trap",
            f"`{text}` is read as a number by some, as a text by others",
            f'write "{text}" for the text, or plain digits for the number',
        )
    return None
