"""Operators of the platforms that have no Python of their own: `<Platform>RunFlowOperator`.

They are made from the specs: that of `acme_lab` is `AcmeLabRunFlowOperator`, with a keyword for each option.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from inspect import Parameter, Signature, signature
from typing import Any

from airflow_provider_flows.operators.flow import RunFlowOperator
from airflow_provider_flows.operators.settings import joined
from airflow_provider_flows.platforms import specs
from airflow_provider_flows.platforms.forms import class_prefix
from airflow_provider_flows.platforms.specs import PlatformSpec

_SUFFIX = "RunFlowOperator"


def __getattr__(name: str) -> Any:
    """Return a platform's operator; raises `AttributeError` where there is no such platform."""
    if name.startswith("_") or not name.endswith(_SUFFIX):
        raise AttributeError(name)
    return _operator(name)


@cache
def _operator(name: str) -> type[RunFlowOperator]:
    for platform in specs.names():
        if class_prefix(platform) + _SUFFIX == name:
            return _made(name, specs.load(platform))
    raise AttributeError(
        f"there is no platform whose operator is called {name}; there are: {', '.join(specs.names())}"
    )


def _made(name: str, spec: PlatformSpec) -> type[RunFlowOperator]:
    """Return the operator; an option whose name a keyword of the operator has already goes into `options`."""
    own = tuple(option for option in spec.options if option not in _taken())

    default = f"{spec.name}_default"

    def init(
        self: RunFlowOperator,
        *,
        flow_conn_id: str = default,
        options: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        given = joined(options, **{each: kwargs.pop(each, None) for each in own})
        RunFlowOperator.__init__(self, flow_conn_id=flow_conn_id, options=given, **kwargs)

    method: Any = init
    method.__name__ = "__init__"
    method.__signature__ = _signature(own, default)  # `partial` takes the keywords that stand in it
    members = {"__doc__": _doc(spec, own), "__module__": __name__, "__init__": method, "conn_type": spec.name}
    kind: Any = type(RunFlowOperator)  # Airflow's own, which `partial` needs
    made: type[RunFlowOperator] = kind(name, (RunFlowOperator,), members)
    return made


def _signature(own: tuple[str, ...], flow_conn_id: str) -> Signature:
    defaults = {"flow_conn_id": flow_conn_id, "options": None, **dict.fromkeys(own)}
    named = [Parameter(each, Parameter.KEYWORD_ONLY, default=default) for each, default in defaults.items()]
    first, last = (
        Parameter("self", Parameter.POSITIONAL_OR_KEYWORD),
        Parameter("kwargs", Parameter.VAR_KEYWORD),
    )
    return Signature([first, *named, last])


@cache
def _taken() -> frozenset[str]:
    from airflow.providers.common.compat.sdk import BaseOperator

    return frozenset(
        {*signature(RunFlowOperator.__init__).parameters, *signature(BaseOperator.__init__).parameters}
    )


def _doc(spec: PlatformSpec, own: tuple[str, ...]) -> str:
    lines = [f"Start a run of a flow on {spec.title} and see it through, as {spec.document.name} says.", ""]
    lines += ["All other keywords are those of `RunFlowOperator`.", ""]
    for name in own:
        option = spec.options[name]
        text = " ".join(f"{option.title}. {option.description}".split())
        lines.append(f":param {name}: {text}")
    return "\n".join([*lines, f":param flow_conn_id: id of a connection of type {spec.name}"])
