"""Texts on their way to a terminal, a file or another program."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

from hypothesis import given
from hypothesis import strategies as st

from airflow_provider_flows.cli.printing import block, one_line, print_file, print_json, print_text

ODD = "a\tb\x1b[2Jc\x9b\u202e\n\u3000ä\n"
TREES = st.recursive(
    st.none() | st.text(st.characters(), max_size=9), lambda inner: st.lists(inner, max_size=3)
)


class Output(io.TextIOWrapper):
    """A standard output with an encoding, which may be a terminal."""

    def __init__(self, encoding: str, *, is_terminal: bool) -> None:
        self.held = io.BytesIO()
        super().__init__(self.held, encoding=encoding, newline="")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@contextmanager
def written(encoding: str = "utf-8", *, is_terminal: bool = False) -> Iterator[list[str]]:
    """Give a list that holds what was written in the block."""
    output, found = Output(encoding, is_terminal=is_terminal), list[str]()
    with redirect_stdout(output):
        yield found
    output.flush()
    found.append(output.held.getvalue().decode(encoding))


def test_a_file_is_exact_but_on_a_terminal() -> None:
    """What is redirected into a file has every character, what a person sees none that does anything."""
    with written() as exact:
        print_file(ODD)
    with written(is_terminal=True) as seen:
        print_file(ODD)
    assert exact == [ODD]
    assert seen == ["a\tb\\x1b[2Jc\\x9b\\u202e\n\\u3000ä\n"]


def test_a_text_is_spelled_out_where_the_output_lacks_a_letter() -> None:
    """A message is never lost for one letter in it."""
    with written("ascii") as seen:
        print_text("größer\n")
    assert seen == ["gr\\xf6\\xdfer\n"]


@given(value=TREES)
def test_json_is_the_same_value_and_harmless(value: object) -> None:
    """Whatever stands in a result, also half a surrogate pair: it is read back, and moves no cursor."""
    for encoding in ("utf-8", "ascii", "latin-1"):
        with written(encoding) as seen:
            print_json(value)
        assert json.loads(seen[0]) == value
        assert seen[0].replace("\n", "").isprintable()


@given(text=st.text(st.characters(), max_size=30))
def test_lines_are_harmless(text: str) -> None:
    """Neither a line nor a block has a control character, but for what divides it."""
    assert one_line(text).isprintable()
    assert block(text).replace("\n", "").replace("\t", "").isprintable()
