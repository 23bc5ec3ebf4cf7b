"""What a first spec is made of: one or two calls, and what each of their parts stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow_provider_flows.authoring.scaffold.operations import (
    Operation,
    ScaffoldError,
    is_value,
    plain_name,
)
from airflow_provider_flows.authoring.scaffold.roles import (
    Roles,
    flow_member,
    inputs_member,
    is_flow_name,
    is_run_name,
    is_sample,
)
from airflow_provider_flows.authoring.scaffold.signing import Signing
from airflow_provider_flows.authoring.unfinished import FILL_IN


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
    def status_query(self) -> dict[str, str]:
        """The parameters of the status call, as the spec says them."""
        query = self.status.query if self.status is not None else {}
        return {
            name: self._asked(name) if is_sample(value) or is_value(value) else value
            for name, value in query.items()
        }

    @property
    def status_body(self) -> dict[str, Any]:
        """The members of the status call's body, as the spec says them."""
        body = self.status.body if self.status is not None else None
        return {
            name: self._asked(name) if is_run_name(name) or is_flow_name(name) else value
            for name, value in (body.items() if isinstance(body, dict) else ())
        }

    @property
    def asks_for_a_run(self) -> bool:
        """Whether the status call says which run it asks for."""
        return self.roles.run is not None or "${run.id}" in {
            *self.status_query.values(),
            *(each for each in self.status_body.values() if isinstance(each, str)),
        }

    def _asked(self, name: str) -> str:
        """Return what a parameter of the status call stands for, by its name."""
        if plain_name(name) in self.roles.fields:
            return f"${{conn.{plain_name(name)}}}"
        if is_flow_name(name) and not is_run_name(name):
            return "${flow}"
        return FILL_IN if self.roles.run is not None else "${run.id}"

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
