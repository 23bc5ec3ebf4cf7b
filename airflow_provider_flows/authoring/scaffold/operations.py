"""One call of somebody's API, as a line for curl or an OpenAPI document tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from airflow_provider_flows.pipelines.secret_shapes import suspicion

NOWHERE = "https://api.example.com"
"""The origin of a call that doesn't tell it."""
_HOLES = re.compile(r"\{\{?\s*([\w .-]+?)\s*\}?\}|<([^<>/]+)>|\$\{([\w.]+)\}|\$(\w+)|(?<=/):([A-Za-z]\w*)")
_VALUE = re.compile(  # what can only be somebody's id: a uuid, a number, letters mixed with digits
    r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9]{2,}|(?=[\w-]*[0-9])(?=[\w-]*[A-Za-z])[\w-]{6,}"
)
_VERSION = re.compile(r"v[0-9]+(?:\.[0-9]+)?(?:(?:alpha|beta|rc)[0-9]*)?|oauth2?")


class ScaffoldError(Exception):
    """What was given can't be read; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a path.

    :param text: the part itself, or the name of what stands for something
    :param sample: what stood there, where it stands for something; None for a part that is always the same
    """

    text: str
    sample: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call.

    :param origin: scheme and host
    :param query: values as texts
    :param headers: without those that say what the body is
    :param user: whether it signs in by HTTP Basic with user and password
    :param token_url: where client credentials get a token, empty where none are used
    :param body: an example of the JSON body, None for none
    :param file_part: the name of the form's part that holds a file, empty for none
    :param about: descriptions of the body's members
    :param answer: what is known of the answer: an example, None for nothing
    :param states: words for how a run stands, where they are known
    """

    method: str
    origin: str
    path: tuple[Part, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    user: bool = False
    token_url: str = ""
    body: Any = None
    file_part: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    answer: Any = None
    states: tuple[str, ...] = ()

    @property
    def holes(self) -> tuple[Part, ...]:
        """The parts of the path that stand for something."""
        return tuple(part for part in self.path if part.sample is not None)

    @property
    def address(self) -> str:
        """The address with what stood in it."""
        return self.origin + "".join(f"/{part.sample or part.text}" for part in self.path)


def path_parts(path: str, *, guess: bool = True) -> tuple[Part, ...]:
    """Return the parts of a path; what stands for something is known by its form.

    A `/` at the end stays, as an empty last part: many an API answers without it with a redirect.

    :param guess: whether a number, a uuid and the like are taken for an id
    """
    return tuple(_parts(path.removeprefix("/").split("/"), guess)) if path.strip("/") else ()


def is_value(text: str) -> bool:
    """Whether a text can only be somebody's id."""
    return _VALUE.fullmatch(text) is not None and _VERSION.fullmatch(text) is None


def is_hole(text: str) -> bool:
    """Whether a whole text only stands for something, such as `<api-key>` or `$KEY`."""
    return _HOLES.fullmatch(text.strip()) is not None


def plain_name(text: str) -> str:
    """Return a name as specs have them: lower-case letters, digits and single `_`, a letter first."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return name if name[:1].isalpha() else f"x_{name}".strip("_")


def is_version(part: Part) -> bool:
    """Whether a part of a path only tells which API this is."""
    return part.sample is None and (
        part.text.lower() in {"api", "rest"} or bool(_VERSION.fullmatch(part.text))
    )


def _parts(texts: list[str], guess: bool) -> Iterator[Part]:
    before = "id"
    for text in texts:
        found = _HOLES.fullmatch(text)
        if found is not None:
            name = next(each for each in found.groups() if each)
            yield _hole(plain_name(name), before)
        elif guess and is_value(text):
            name = f"{plain_name(before).removesuffix('s')}_id"
            yield Part(name, sample(name) if suspicion((name,), text) is not None else text)
        else:
            yield Part(text)
            before = text


def _hole(name: str, before: str) -> Part:
    """Return the part; one that is only called `id` is that of what stands before it."""
    if name in {"id", "uuid"}:
        name = f"{plain_name(before).removesuffix('s')}_{name}" if before != "id" else name
    return Part(name, sample(name))


def sample(name: str) -> str:
    """Return a made-up value for a name, for examples."""
    return f"{name.replace('_', '-')}-1"
