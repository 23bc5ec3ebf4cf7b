"""Loads what a leg of a task needs once, in the processes that legs are forked from.

A scheduler with the LocalExecutor forks a process for each leg, a DAG processor one for each reading of a
file, and whatever is not loaded by then is loaded again in each of them: that was a third of the CPU time of
a leg of ours. All other processes load nothing by this: those that are not forked from one of these two would
only lose by it, the tasks of other people's DAGs among them.

An entry point of the group `airflow.plugins` makes Airflow import this module as it starts. It is no plugin,
and Airflow goes on to the next one; a plugin's class would be reported twice where the package is installed
from its repository (`entry_points_with_dist` of Airflow's module_loading).
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from importlib import import_module

PACKAGE = "airflow_provider_flows"
SECTION, OPTION = "flows", "load_ahead"
_FILES = (  # of which a DAG file needs some or all
    f"{PACKAGE}.dags.loading",
    f"{PACKAGE}.operators.leg",
    f"{PACKAGE}.sensors.flow",
)
_CALLS = (f"{PACKAGE}.hooks.flow", f"{PACKAGE}.transports.punctual")  # of a leg that speaks to a platform
_NEEDED = {  # the command that a process was started with → what its children need
    "scheduler": (*_FILES, *_CALLS),
    "dag-processor": _FILES,
}
log = logging.getLogger(__name__)


def needed(command: Sequence[str]) -> tuple[str, ...]:
    """Return the modules that the children of a process need, by the command that it was started with."""
    return _NEEDED.get(command[1], ()) if len(command) > 1 else ()


def is_wanted() -> bool:
    """Tell whether Airflow's `[flows] load_ahead` is what it is by default."""
    from airflow.providers.common.compat.sdk import conf

    return bool(conf.getboolean(SECTION, OPTION, fallback=True))


def load(modules: Sequence[str]) -> None:
    """Import modules, read specs and authorities; never raises, so that those who need them load them."""
    try:
        if not is_wanted():
            return
        for module in modules:
            import_module(module)
        from airflow_provider_flows.platforms import specs

        for name in specs.names():
            specs.load(name)
        if set(_CALLS) <= set(modules):
            from airflow_provider_flows.transports.options import TransportOptions
            from airflow_provider_flows.transports.sync import kept_tls_context

            kept_tls_context(TransportOptions())  # 35 ms of each leg
    except Exception:  # whatever it is: Airflow's own processes go on without
        log.exception("What flows need could not be loaded ahead; each task loads it itself")


if needed(sys.argv):
    load(needed(sys.argv))
