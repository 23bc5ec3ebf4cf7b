"""The names that users import: a change here is a change for them."""

from __future__ import annotations

from importlib import import_module
from inspect import isclass, signature

import pytest

from airflow_provider_flows.platforms.specs import load
from airflow_provider_flows.protocol import errors

PACKAGE = "airflow_provider_flows"
PUBLIC = {
    "": ["__version__", "get_provider_info"],
    "hooks.flow": ["FlowHook"],
    "hooks.unitelabs": ["UniteLabsHook"],
    "hooks.scade": ["ScadeHook"],
    "hooks.blinkops": ["BlinkOpsHook"],
    "hooks.wisebot": ["WisebotHook"],
    "hooks.vishwa": ["VishwaHook"],
    "operators.flow": ["RunFlowOperator"],
    "operators.unitelabs": ["UniteLabsRunFlowOperator"],
    "operators.scade": ["ScadeRunFlowOperator"],
    "operators.blinkops": ["BlinkOpsRunFlowOperator"],
    "operators.wisebot": ["WisebotRunFlowOperator"],
    "operators.vishwa": ["VishwaRunFlowOperator"],
    "operators.step": ["FlowStepOperator"],
    "operators.items": ["FlowItemsOperator"],
    "dags": ["load_dag", "load_dags"],
    "sensors.flow": ["FlowRunSensor"],
    "triggers.flow": ["FlowRunTrigger"],
    "links.flow": ["FlowRunLink"],
    "results": ["read_result"],
    "retries": ["FlowRetryPolicy"],
    "protocol.candidates": ["Candidate", "Quest"],
    "outcomes": [
        "FlowPermanentError",
        "FlowRunCancelledError",
        "FlowRunError",
        "FlowRunFailedError",
        "FlowRunLeftError",
        "FlowRunTimeoutError",
        "FlowUnavailableError",
    ],
    "protocol.errors": [
        "AnswerError",
        "ConnectionFieldError",
        "CredentialsError",
        "FlowError",
        "FlowIdError",
        "InputsError",
        "NotFoundError",
        "NotSentError",
        "NotSupportedError",
        "OptionsError",
        "OversizedError",
        "RedirectError",
        "RefusedError",
        "ResponseError",
        "ResponseLostError",
        "ResultPathError",
        "SpecError",
        "TransportError",
        "UnavailableError",
        "UsageError",
    ],
    "protocol.runs": ["Run", "RunHandle", "RunOrder", "RunState"],
    "protocol.retry": ["RetryPolicy"],
    "emulator": [
        "EmulatorConfig",
        "EmulatorCore",
        "FlowEmulator",
        "WireAnswer",
        "WireRequest",
        "airflow_connections",
    ],
}


@pytest.mark.parametrize("module", PUBLIC)
def test_a_public_name_is_where_users_look_for_it(module: str) -> None:
    """Every name can be imported from its module, and says in its docstring what it is for."""
    home = import_module(f"{PACKAGE}.{module}".rstrip("."))
    for name in PUBLIC[module]:
        found = getattr(home, name)
        assert name == "__version__" or found.__doc__, name


@pytest.mark.parametrize("module", ["", "dags", "emulator"])
def test_all_is_the_whole_list(module: str) -> None:
    """A package that says what it exports exports that and no more."""
    assert sorted(import_module(f"{PACKAGE}.{module}".rstrip(".")).__all__) == PUBLIC[module]


def test_every_error_is_pinned() -> None:
    """The tree of errors has no member that is not listed here."""
    ours = [
        name for name, found in vars(errors).items() if isclass(found) and issubclass(found, errors.FlowError)
    ]
    assert sorted(ours) == PUBLIC["protocol.errors"]


def test_the_docstring_draws_the_tree_of_errors() -> None:
    """The tree in the module's docstring is the tree of classes: same names, same depths."""
    lines = [(line, line.lstrip(" │├└─").partition(" ")[0]) for line in (errors.__doc__ or "").splitlines()]
    drawn = {name: line.index(name) // 4 for line, name in lines if name.endswith("Error")}
    depths = {
        name: sum(issubclass(each, errors.FlowError) for each in getattr(errors, name).__mro__) - 1
        for name in PUBLIC["protocol.errors"]
    }
    assert drawn == depths


def test_usage_errors_are_value_errors() -> None:
    """What a user got wrong can be caught as Python's own kind of it; the other faults cannot."""
    for name in PUBLIC["protocol.errors"]:
        kind = getattr(errors, name)
        assert issubclass(kind, ValueError) == issubclass(kind, errors.UsageError)


@pytest.mark.parametrize("prefix", ["UniteLabs", "Scade", "BlinkOps", "Wisebot", "Vishwa"])
def test_a_typed_operator_has_exactly_its_platforms_options(prefix: str) -> None:
    """Every option of the spec, in all its variants, is a keyword; there is no other beside the base's."""
    platform = prefix.lower()
    operator = getattr(import_module(f"{PACKAGE}.operators.{platform}"), f"{prefix}RunFlowOperator")
    base = import_module(f"{PACKAGE}.operators.flow").RunFlowOperator
    spec = load(platform)
    options = set(spec.options).union(*(spec.variant(variant).options for variant in spec.variants))
    assert set(signature(operator).parameters) - set(signature(base).parameters) == options
