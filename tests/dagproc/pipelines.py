"""The pipeline files of the check: good ones of several shapes, and one file for each kind of fault."""

from __future__ import annotations

from dataclasses import dataclass

HERE = "¦"
"""Stands in a faulty text before the character at which the error is to be shown."""

FOLDER_DEFAULTS = """\
flows: defaults/1
root: true
defaults: {retries: 1, retry_delay: 30s}
"""

_GOOD = (
    """\
flows: pipeline/1
pipeline: {name}
schedule: "0 6 * * 1-5"
start: "2026-01-01"
timezone: Europe/Zurich
params:
  plate: {{type: string, default: P-001, title: Plate}}
steps:
  read:
    run: unitelabs/plate-readout
    with: {{plate: "${{params.plate}}", day: "${{dag_run.ds}}"}}
  tell:
    run: wisebot/daily-report
    if: ${{steps.read.result.failed_wells}}
    with: {{wells: "${{steps.read.result.failed_wells}}"}}
""",
    """\
flows: pipeline/1
pipeline: {name}
description: One run for each sample, two at once.
steps:
  read: {{run: unitelabs/plate-readout}}
  each:
    run: vishwa/summarise-report
    for_each: ${{steps.read.result.samples}}
    label: ${{item.owner}}
    max_parallel: 2
    with: {{sample: "${{item}}"}}
""",
    """\
flows: pipeline/1
pipeline: {name}
schedule: "@daily"
start: "2026-01-01"
tags: [lab, nightly]
templates:
  talk:
    run: scade/41785
    options: {{start_node_id: SYnn-start, end_node_id: y5iI-end}}
    timeout: 2h
steps:
  first: {{extends: talk, with: {{question: How was it?}}}}
  second: {{extends: talk, with: {{question: "${{steps.first.result.text}}"}}, group: later}}
""",
    """\
flows: pipeline/1
pipeline: {name}
schedule: {{assets: ["flows://lab/plates"], match: any}}
defaults:
  timeout: 1h
  platforms:
    blinkops: {{connection: security}}
steps:
  scan: {{run: blinkops/pb-77, with: {{scope: all}}}}
  report:
    run: wisebot/wf-9
    needs: scan
    trigger_rule: all_done
    outlets: ["flows://lab/reports"]
""",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a file can be wrong.

    :param code: of the error that is to be shown
    :param marked: the file's text, with `HERE` where the error is and `NAME` for the pipeline's
    """

    code: str
    marked: str

    def text(self, name: str) -> str:
        """Return the faulty file."""
        return self.marked.replace(HERE, "").replace("NAME", name)

    def headline(self, name: str) -> str:
        """Return how the first line that Airflow shows has to begin."""
        before = self.marked.replace("NAME", name).partition(HERE)[0]
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        return f"{name}.flow.yaml:{line}:{column}: error[{self.code}]"


FAULTS = (
    Fault(
        "unknown-key",
        "flows: pipeline/1\npipeline: NAME\n¦schedul: '@daily'\nsteps:\n  scan: {run: blinkops/pb-77}\n",
    ),
    Fault(
        "yaml-syntax",
        "flows: pipeline/1\npipeline: NAME\nsteps:\n  scan:\n¦\trun: blinkops/pb-77\n",
    ),
    Fault(
        "unknown-step",
        "flows: pipeline/1\npipeline: NAME\nsteps:\n  scan: {run: blinkops/pb-77}\n"
        '  tell: {run: wisebot/wf-9, with: {case: "¦${steps.scam.result.id}"}}\n',
    ),
    Fault(
        "cycle",
        "flows: pipeline/1\npipeline: NAME\nsteps:\n  ¦a: {run: blinkops/pb-77, needs: b}\n"
        "  b: {run: blinkops/pb-78, needs: a}\n",
    ),
    Fault(
        "bad-duration",
        "flows: pipeline/1\npipeline: NAME\nsteps:\n  scan: {run: blinkops/pb-77, timeout: ¦1 hour}\n",
    ),
)
"""What the faulty files hold from the start."""

LATER_FAULTS = (
    Fault(
        "duplicate-key",
        "flows: pipeline/1\npipeline: NAME\nsteps:\n"
        "  scan:\n    run: blinkops/pb-77\n    retries: 1\n    ¦retries: 2\n",
    ),
    Fault(
        "unknown-platform",
        "flows: pipeline/1\npipeline: NAME\nsteps:\n  scan: {run: ¦blinkop/pb-77}\n",
    ),
)
"""What becomes of good files amid the check."""


def good(name: str, number: int) -> str:
    """Return a good file; neighbouring numbers give different shapes."""
    return _GOOD[number % len(_GOOD)].format(name=name)
