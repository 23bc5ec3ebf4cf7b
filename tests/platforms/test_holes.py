"""Where a text has its `${…}`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.platforms.holes import Hole, split

TEXTS = st.text(st.sampled_from("a ${}'\"`\\"), max_size=20)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ("",)),
        ("plain", ("plain",)),
        ("${a}", (Hole("a", 0),)),
        ("x${a}y${b}", ("x", Hole("a", 1), "y", Hole("b", 6))),
        ("$${a} ${b}", ("${a} ", Hole("b", 6))),
        ("${a}$${b", (Hole("a", 0), "${b")),
        ("${{a: b}}", (Hole("{a: b}", 0),)),
        ("${'}'}", (Hole("'}'", 0),)),
        ("a ${b", ("a ", Hole("b", 2, is_closed=False))),
        ("${'}", (Hole("'", 0),)),
    ],
)
def test_a_text_has_these_parts(text: str, parts: tuple[str | Hole, ...]) -> None:
    """Braces in an expression are its own; `$${` is plain; what is never closed takes the rest."""
    assert split(text) == parts


@given(TEXTS)
def test_no_character_is_lost(text: str) -> None:
    """The parts, put together again, are the text; a hole's start is its `$`."""
    again = ""
    for part in split(text):
        if isinstance(part, Hole):
            assert text.startswith("${", part.start)
            assert len(again) == part.start
            again += f"${{{part.text}" + ("}" if part.is_closed else "")
        else:
            again += part.replace("${", "$${")
    assert again == text
