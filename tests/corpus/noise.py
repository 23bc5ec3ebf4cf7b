"""Random inputs: nothing in them is expected to mean anything, only that reading them stays quiet."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

from tests.corpus.goods import Good, goods

Noise: TypeAlias = Callable[[Good, Random], str]

_PIECES = (
    *"{}[]:,-?&*!|>'\"%@`#$~ \n\n\n\t",
    *(
        "  ",
        "    ",
        ": ",
        "- ",
        "? ",
        "--- ",
        "...\n",
        "<<: ",
        "&a ",
        "*a",
        "!!str ",
        "${",
        "}",
        "{{",
        "|-\n",
        "\r\n",
    ),
    *(
        "flows",
        "pipeline/1",
        "defaults/1",
        "steps",
        "run",
        "wisebot/x",
        "with",
        "params",
        "needs",
        "for_each",
    ),
    *(
        "${steps.a.result}",
        "null",
        "yes",
        "08:30",
        "010",
        ".nan",
        "1e999",
        "2026-01-01",
        "\ufeff",
        "\x85",
        "\u2028",
        "🧪",
    ),
)


def random_bytes(_: Good, rng: Random) -> str:
    """Return bytes of any value, as a file is read."""
    return _decoded(rng.randbytes(rng.randint(0, 2000)))


def random_characters(_: Good, rng: Random) -> str:
    """Return characters from all of Unicode, without what no file can hold."""
    codes = (
        rng.choice([rng.randrange(0x80), rng.randrange(0x3000), rng.randrange(0x110000)]) for _ in range(500)
    )
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)


def random_yaml(_: Good, rng: Random) -> str:
    """Return what YAML and the language are made of, in no order."""
    return "".join(rng.choices(_PIECES, k=rng.randint(1, 300)))


def flipped_bytes(good: Good, rng: Random) -> str:
    """Return a good file with some of its bytes changed."""
    data = bytearray(good.text.encode())
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return _decoded(bytes(data))


def flipped_bits(good: Good, rng: Random) -> str:
    """Return a good file with some of its bits changed."""
    data = bytearray(good.text.encode())
    for _ in range(rng.randint(1, 8)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return _decoded(bytes(data))


def cut_off(good: Good, rng: Random) -> str:
    """Return the beginning of a good file, up to any byte."""
    data = good.text.encode()
    return _decoded(data[: rng.randrange(len(data))])


def pieces_put_in(good: Good, rng: Random) -> str:
    """Return a good file with pieces of YAML anywhere in it."""
    text = good.text
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(_PIECES) + text[at + rng.choice([0, 0, 1, 5]) :]
    return text


def lines_mixed(good: Good, rng: Random) -> str:
    """Return the lines of two good files, in any order."""
    lines = good.text.split("\n") + rng.choice(goods()).text.split("\n")
    return "\n".join(rng.sample(lines, rng.randint(1, len(lines))))


def deep_or_long(_: Good, rng: Random) -> str:
    """Return what is deep, long, or grows when it is read."""
    size = rng.choice([50, 1000, 20_000])
    head = "flows: pipeline/1\npipeline: x\nsteps:\n  a:\n    run: wisebot/wf-1\n    with:\n      x: "
    laughs = "".join(
        f"      l{i}: &l{i} [*l{i - 1}, *l{i - 1}, *l{i - 1}]\n" for i in range(1, rng.randint(2, 40))
    )
    return rng.choice(
        [
            "[" * size,
            "{a: " * size,
            "- " * size,
            "? " * size,
            "a:\n" * size,
            "'" + "''" * size,
            head + "[" * size + "]" * size,
            head + '"' + "${" * size + '"',
            head + '"${' + "(" * min(size, 1000) + '"',
            head + '"${' + "a." * size + 'b}"',
            head + '"${' + "[" * min(size, 1000) + "]" * min(size, 1000) + '}"',
            head + '"' + "${params.x} " * min(size, 1000) + '"',
            head + "x" * size,
            head + "A1b2" * size,
            head + "1" * size,
            head + "&a [" + "*a, " * size + "]",
            head + "&l0 [x]\n" + laughs,
            head
            + "1\n"
            + "".join(f"  s{i}: {{run: wisebot/x, needs: s{i + 1}}}\n" for i in range(min(size, 1000))),
        ]
    )


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


NOISES: tuple[Noise, ...] = (
    random_bytes,
    random_characters,
    random_yaml,
    random_yaml,
    flipped_bytes,
    flipped_bits,
    cut_off,
    pieces_put_in,
    pieces_put_in,
    lines_mixed,
    deep_or_long,
)
