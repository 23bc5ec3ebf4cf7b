"""What a mapping of a pipeline file may hold: known keys, any keys, or one of several sets of keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.pipelines.findings import Findings, either, name_of, shown
from airflow_provider_flows.pipelines.near import listed, near
from airflow_provider_flows.pipelines.rules import Rule, Text
from airflow_provider_flows.pipelines.unknown_keys import about_unknown_key
from airflow_provider_flows.schemas import Path


@dataclass(frozen=True, slots=True)
class Members:
    """A mapping whose members have names that are known, names of the file's own, or both.

    :param title: what it is, for errors about a whole file
    :param others: the rule of members without a rule of their own; None where there may be none
    :param names: what the names of the file's own must be
    :param required_either: keys of which one must be there
    :param is_of_pipeline: whether it stands in a pipeline file, not in a platform's spec
    """

    title: str
    members: Mapping[str, Rule]
    others: Rule | None
    names: Text | None
    required: tuple[str, ...]
    required_either: tuple[str, ...]
    least: int
    is_of_pipeline: bool

    def __call__(self, value: dict[str, Any], path: Path, findings: Findings) -> None:
        """Note what is wrong with the keys and with the values."""
        for key, member in value.items():
            here = (*path, key)
            if here in findings.unusable:
                continue
            if (rule := self.members.get(key, self.others)) is not None:
                rule(member, here, findings)
            else:
                message, notes = about_unknown_key(
                    key, self._called(path), self.members, is_of_pipeline=self.is_of_pipeline
                )
                findings.add(here, "unknown-key", message, *notes, key=True)
            if self.names is not None and not self.names.accepts(key):
                self._refuse_name(self.names, key, here, findings)
        if len(value) < self.least:
            findings.add(path, "bad-value", f"{name_of(path)} must not be empty")
        self._check_required(value, path, findings)

    def _called(self, path: Path) -> str:
        return name_of(path) if path else f"a {self.title.lower()}"

    def _refuse_name(self, names: Text, key: str, here: Path, findings: Findings) -> None:
        mend = re.sub(r"[^A-Za-z0-9]+", "_", key)
        notes = [f"write {mend}"] if key.isascii() and names.accepts(mend) else []
        findings.add(here, names.code, f"`{key}` can't be a name here: it {names.must}", *notes, key=True)

    def _check_required(self, value: dict[str, Any], path: Path, findings: Findings) -> None:
        for key in self.required:
            if key not in value:
                text = self.members[key].text
                notes = [f"write `{key}: {text.words[0]}`"] if text and len(text.words) == 1 else []
                findings.add(path, "missing-key", f"{self._called(path)} needs `{key}`", *notes, key=True)
        if self.required_either and not any(key in value for key in self.required_either):
            first, *more = self.required_either
            message = f"{self._called(path)} needs `{first}`"
            findings.add(path, "missing-key", message, f"or {either(f'`{key}`' for key in more)}", key=True)


@dataclass(frozen=True, slots=True)
class Shapes:
    """A mapping of one of several shapes, told apart by the word under one key, the tag.

    :param tagged: the shapes by their tag's rule
    :param untagged: a shape without the tag, known by the first key that it requires
    """

    code: str
    tag: str
    tagged: tuple[tuple[Text, Members], ...]
    untagged: Members | None

    def __call__(self, value: dict[str, Any], path: Path, findings: Findings) -> None:
        """Note what is wrong with the mapping, taken as the shape that it is meant to be."""
        if (shape := self._meant(value, path, findings)) is not None:
            shape(value, path, findings)

    def _meant(self, value: dict[str, Any], path: Path, findings: Findings) -> Members | None:
        if self.tag in value:
            return self._by_tag(value[self.tag], (*path, self.tag), findings)
        if self.untagged is None:
            return self._unsaid(findings)
        if (key := self.untagged.required[0]) in value:
            return self.untagged
        for slip in value:
            if (meant := near(slip, (key, self.tag))) is not None:
                message = f"`{slip}` is not a key of {name_of(path)}. Did you mean `{meant}`?"
                findings.add((*path, slip), "unknown-key", message, key=True)
                return None
        findings.add(path, "missing-key", f"{name_of(path)} needs `{key}` or `{self.tag}`", key=True)
        return None

    def _by_tag(self, word: Any, here: Path, findings: Findings) -> Members | None:
        for text, shape in self.tagged:
            if text.accepts(word):
                return shape
        words = {each: shape for text, shape in self.tagged for each in text.words}
        fallback = self._unsaid(findings) if self.untagged is None else None
        if here in findings.unusable:
            return fallback
        guess = near(word, words) if isinstance(word, str) else None
        end = f". Did you mean `{guess}`?" if guess is not None else ""
        message = f"{name_of(here)} can't be {shown(here, word)}{end}"
        findings.add(here, self.code, message, *self._allowed(words))
        return fallback if guess is None else words[guess]

    def _unsaid(self, findings: Findings) -> Members:
        """Return the shape of a file that does not say what it is."""
        return next(shape for text, shape in self.tagged if text.accepts(findings.kind))

    def _allowed(self, words: Mapping[str, Members]) -> list[str]:
        free = [text.must for text, _ in self.tagged if not text.words]
        return [f"allowed: {listed(words)}", *(f"or it {must}" for must in free)]
