"""Platforms as data: the specs that ship with the package or were found elsewhere, and what they declare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from airflow_provider_flows.platforms import registry
from airflow_provider_flows.platforms.documents import Document, read
from airflow_provider_flows.platforms.fields import Field, read_fields, unknown_name
from airflow_provider_flows.platforms.forms import SUFFIX, field_data, shipped, text_of
from airflow_provider_flows.protocol.errors import NotSupportedError


@dataclass(frozen=True, slots=True)
class PlatformSpec:
    """One platform's spec, or one variant of it."""

    document: Document
    standard: Mapping[str, Field]  # host, login, password
    extra: Mapping[str, Field]
    options: Mapping[str, Field]

    @property
    def name(self) -> str:
        """The platform's name, which is its connection type too."""
        return str(self.document.data["platform"])

    @property
    def title(self) -> str:
        """The platform's name for people."""
        return str(self.document.data["title"])

    @property
    def variants(self) -> tuple[str, ...]:
        """The names of the platform's other ways to start a run."""
        return tuple(self.document.data.get("variants", {}))

    @property
    def flow(self) -> str:
        """What the platform calls a flow's id, for people."""
        return str(self.document.data["flow"]["title"])

    @property
    def remembered(self) -> tuple[str, ...]:
        """The names of the options that a run's later calls need."""
        return tuple(self.document.data.get("remember", {}))

    def can(self, purpose: str) -> bool:
        """Whether the spec has this call: status, result, cancel, search, upload, describe, test.

        A search may need a field of the connection: `SpecPlatform.can_search` tells whether it is there.
        """
        return isinstance(self.document.data.get(purpose), Mapping)

    @property
    def options_of_variants(self) -> tuple[tuple[str, str], ...]:
        """The options that variants add, as (variant, option)."""
        return tuple(
            (variant, option)
            for variant, patch in self.document.data.get("variants", {}).items()
            for option, each in (patch.get("options") or {}).items()
            if each is not None  # a merge patch's way to take something away
        )

    def variant(self, name: str | None) -> PlatformSpec:
        """Return the spec as one of its variants has it; raises `OptionsError` for an unknown name."""
        return self if name is None else read_spec(self.document.variant(name))


def names() -> tuple[str, ...]:
    """Return the names of all platforms that there are."""
    return tuple(sorted({*shipped(), *registry.found().sound}))


@cache
def load(name: str) -> PlatformSpec:
    """Return a platform's spec; raises `NotSupportedError` for an unknown name, and for a faulty one."""
    if name in shipped():
        return read_spec(read(text_of(name + SUFFIX), name + SUFFIX))
    outside = registry.found()
    if name in outside.sound:
        return read_spec(read(outside.sound[name].text, outside.sound[name].file))
    if name in outside.faulty:
        raise NotSupportedError(f"the platform {name!r} cannot be used: {outside.faulty[name]}")
    raise NotSupportedError(unknown_name(name, names(), "platform (connection type)"))


def read_spec(document: Document) -> PlatformSpec:
    """Return what a checked document declares."""
    data = field_data(document.data)
    return PlatformSpec(
        document,
        standard=read_fields(data["standard"]),
        extra=read_fields(data["extra"]),
        options=read_fields(document.data.get("options", {})),
    )
