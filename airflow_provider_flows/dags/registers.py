"""Classes that pipeline files name: only what a provider or a plugin has registered is ever imported."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from airflow_provider_flows.pipelines.near import did_you_mean, listed


class UnknownNameError(Exception):
    """No such class is registered.

    :param code: the kind of the error, for people who filter by it
    :param notes: what there is
    """

    def __init__(self, code: str, message: str, *notes: str) -> None:
        super().__init__(message)
        self.code = code
        self.notes = notes


def notifier(name: str) -> Any:
    """Return the class of a notifier, by its name or its whole path; raises `UnknownNameError`."""
    return imported(notifier_path(name))


def notifier_path(name: str) -> str:
    """Return the whole path of a notifier, by its name or by that path; raises `UnknownNameError`."""
    paths = notifiers()
    fitting = [name] if name in paths else [path for path in paths if path.rpartition(".")[2] == name]
    if len(fitting) > 1:
        raise UnknownNameError(
            "unknown-notifier", f"several notifiers are called `{name}`", f"give one of: {listed(fitting)}"
        )
    if not fitting:
        short = [path.rpartition(".")[2] for path in paths]
        near = did_you_mean(name, [*short, *paths])
        raise UnknownNameError(
            "unknown-notifier",
            f"no installed provider has a notifier `{name}`.{near}",
            f"installed: {listed(short) or 'none'}",
        )
    return fitting[0]


@cache
def notifiers() -> tuple[str, ...]:
    """Return the whole paths of the notifiers that installed providers declare."""
    from airflow.providers_manager import ProvidersManager

    manager: Any = ProvidersManager
    # its `notification` would import the classes of all providers
    providers = manager().providers.values()
    return tuple(sorted({path for each in providers for path in each.data.get("notifications") or ()}))


def timetable(path: str) -> Any:
    """Return the class of a timetable that an Airflow plugin has registered; raises `UnknownNameError`."""
    known = timetables()
    if path in known:
        return known[path]
    raise UnknownNameError(
        "no-such-timetable",
        f"no Airflow plugin has registered a timetable `{path}`.{did_you_mean(path, known)}",
        f"registered: {listed(known) or 'none'}",
    )


def timetables() -> Mapping[str, Any]:
    """Return the classes of the timetables that Airflow plugins have registered, by their whole paths."""
    from airflow import plugins_manager

    manager: Any = plugins_manager
    if hasattr(manager, "get_timetables_plugins"):  # Airflow 3.2 and later
        found: Mapping[str, Any] = manager.get_timetables_plugins()
        return found
    manager.initialize_timetables_plugins()
    return manager.timetable_classes or {}


@cache
def imported(path: str) -> Any:
    """Return what a whole path names."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)
