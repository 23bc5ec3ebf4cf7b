"""Runs every DAG once and tells how it went."""

from __future__ import annotations

from collections import Counter

from airflow_provider_flows.demo.client import AirflowApi
from airflow_provider_flows.demo.clock import Clock
from airflow_provider_flows.demo.counting import differences, expected_starts, starts_here
from airflow_provider_flows.demo.emulated import counted_starts
from airflow_provider_flows.demo.options import Options
from airflow_provider_flows.demo.parsing import wait_for_dags
from airflow_provider_flows.demo.processes import Processes
from airflow_provider_flows.demo.report import last_line, table
from airflow_provider_flows.demo.site import Site
from airflow_provider_flows.demo.watching import Watched, watch

_LOG_LINES = 20
_LOGS_OF_UNFINISHED = 3
_AT_WORK = frozenset({"running", "queued", "scheduled", "deferred", "up_for_retry", "up_for_reschedule"})


def run_dags(options: Options, site: Site, processes: Processes, clock: Clock) -> bool:
    """Start every DAG at once, watch the runs, print the table; return whether all went well."""
    api = AirflowApi(site.airflow_url)
    api.sign_in()
    dags = wait_for_dags(api, options.dags, clock, processes.check)
    before = _starts(site)
    _say(clock, f"starting {len(dags)} DAGs: {', '.join(dags)}")
    for dag_id in dags:
        api.start_run(dag_id)
    watched = watch(
        api,
        clock,
        until=clock.now() + options.timeout,
        say=lambda line: _say(clock, line),
        check=processes.check,
    )
    seconds = clock.now()
    _show_failures(api, watched)
    counted = _starts(site) - before + starts_here(watched.runs)
    print("", table(watched.runs, watched.tasks, site.connection_types), "", sep="\n")
    print(
        f"{len(watched.deferred)} task instances were deferred: they waited in the triggerer, not on a worker"
    )
    problems = shortcomings(watched, options)
    if watched.succeeded:  # a task that failed may have started its flow or not
        problems += differences(expected_starts(watched.tasks, site.connection_types), counted)
    print("".join(f"wrong: {problem}\n" for problem in problems), end="")
    print(last_line(watched.runs, counted, seconds), flush=True)
    return not problems


def shortcomings(watched: Watched, options: Options) -> list[str]:
    """Say what is wrong with how the runs ended; empty if nothing is."""
    found = []
    if not watched.over:
        found.append(f"the DAG runs were not over after {options.timeout:.0f} s")
    elif not watched.succeeded:
        found.append("not every DAG run succeeded")
    if len(watched.deferred) < options.min_deferred:
        found.append(f"{len(watched.deferred)} task instances were deferred, not {options.min_deferred}")
    return found


def _say(clock: Clock, line: str) -> None:
    print(f"{clock.now():5.0f} s  {line}", flush=True)


def _starts(site: Site) -> Counter[str]:
    return counted_starts(site.emulator_url) or Counter()


def _show_failures(api: AirflowApi, watched: Watched) -> None:
    """Print the end of the log of each task that failed or, when the time is up, of some still at it."""
    failed = [task for task in watched.tasks if task.state == "failed"]
    at_work = [task for task in watched.tasks if task.state in _AT_WORK]
    for task in failed + at_work[:_LOGS_OF_UNFINISHED]:
        mapped = f"[{task.map_index}]" if task.map_index >= 0 else ""
        print(f"\n{task.dag_id}.{task.task_id}{mapped} is {task.state}; the end of its log:")
        lines = api.log(task)[-_LOG_LINES:] or ["it has none: Airflow could not start the task's process"]
        print("\n".join(f"  {line}" for line in lines))
