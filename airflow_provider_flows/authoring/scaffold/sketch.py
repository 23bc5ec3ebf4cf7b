"""What a first spec is made of: one or two calls, and what each of their parts stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.authoring.scaffold.operations import Operation, ScaffoldError, plain_name
from airflow_provider_flows.authoring.scaffold.roles import Roles, flow_member, inputs_member, is_sample
from airflow_provider_flows.authoring.scaffold.signing import Signing


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is to be written.

    :param origin: where it comes from, for the first line
    :param inputs: the member of the start's body that holds the flow's inputs, None where the body is them
    """

    name: str
    origin: str
    start: Operation
    status: Operation | None
    roles: Roles
    signing: Signing
    inputs: str | None

    @classmethod
    def of(cls, name: str, origin: str, start: Operation, status: Operation | None) -> Sketch:
        """Tell what each part of the calls is; raises `ScaffoldError` where that can't be."""
        if status is not None and status.origin != start.origin:
            hosts = f"{start.origin} and {status.origin}"
            raise ScaffoldError(f"the two calls have different hosts, {hosts}; a spec has one")
        if start.file_part:
            raise ScaffoldError(
                "the first call sends a file: give the one that starts a run; `upload` is written by hand"
            )
        if not isinstance(start.body, dict | None):
            raise ScaffoldError("the body of the start must be a JSON object")
        signing, inputs = Signing.of(start), inputs_member(start.body)
        return cls(name, origin, start, status, Roles.of(start, status), signing, inputs)

    @property
    def title(self) -> str:
        """The platform's name for people."""
        return " ".join(part.capitalize() for part in self.name.split("_"))

    @property
    def body(self) -> Mapping[str, Any]:
        """The start's body, empty where it has none."""
        return self.start.body or {}

    @property
    def flow_member(self) -> str | None:
        """The member of the start's body that names the flow, None where the path does, or nothing."""
        return None if self.roles.flow is not None else flow_member(self.start.body)

    @property
    def options(self) -> dict[str, tuple[str, Any]]:
        """The options by name: the member of body or query that each fills, and its sample."""
        found = {
            name: value
            for name, value in self.body.items()
            if name not in {self.inputs, self.flow_member} and (self.inputs or isinstance(value, dict | list))
        }
        asked = {name: value for name, value in self.start.query.items() if is_sample(value)}
        return {plain_name(name): (name, value) for name, value in {**found, **asked}.items()}

    @property
    def free_members(self) -> dict[str, Any]:
        """The members of the body that are inputs, where no member holds them all."""
        own = {member for member, _ in self.options.values()}
        return {
            name: value for name, value in self.body.items() if name not in own and name != self.flow_member
        }


def titled(name: str) -> str:
    """Return a name as a title."""
    return name.replace("_", " ").capitalize()
