"""The kinds of diagnostics, each with one sentence; people filter by them, so they stay what they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CODES: Mapping[str, str] = MappingProxyType(
    {
        "bad-condition": "A condition that is no whole `${…}` and no boolean.",
        "bad-date": "A date or time that is none.",
        "bad-duration": "A duration that is not written as 90s, 15m, 4h or 1d.",
        "bad-example": "An example of a platform's spec that the spec doesn't keep.",
        "bad-expression": "A `${…}` that is no valid JMESPath, or stands where it means nothing.",
        "bad-input": "An input of a type or value that the flow doesn't take.",
        "bad-name": "A name with characters that Airflow or an expression can't take.",
        "bad-option": "An option of the platform with a value that it can't take.",
        "bad-param": "A param that is no JSON Schema, or whose default breaks it.",
        "bad-schedule": "A schedule that Airflow can't follow.",
        "bad-timezone": "A time zone that nobody knows.",
        "bad-type": "A value of the wrong type.",
        "bad-schema": "A field of a platform's spec that is no JSON Schema, or whose default breaks it.",
        "bad-value": "A value of the right type that can't be.",
        "cycle": "Steps or templates that wait for one another.",
        "drift": "A flow that takes something else at the platform than `flows.lock.yaml` says.",
        "duplicate-key": "A key that is given twice in one mapping.",
        "duplicate-platform": "A platform of a name that is taken.",
        "duplicate-pipeline": "Two files with the same pipeline id.",
        "item-outside": "`item` or `index` in a step without `for_each`.",
        "mapped-result": "`result` of a step with `for_each`, or `results` of one without.",
        "merge-key": "YAML's `<<`, which YAML 1.2 does not know.",
        "misnamed": "A file whose name ends in `.yml`, so that nothing reads it.",
        "missing-input": "An input that the flow needs and nobody gives.",
        "missing-key": "A key that is needed and not there.",
        "missing-option": "An option that the platform needs and nobody gave.",
        "no-such-timetable": "A timetable that no plugin has registered.",
        "not-supported": "Something that the platform can't do.",
        "refused": "Something that Airflow, or a class that the file names, refuses when the DAG is built.",
        "secret": "A text that looks like a secret.",
        "tag": "A YAML tag; tags mean nothing here.",
        "too-large": "A file that is too large, too deep, or made of too many aliases.",
        "unfinished": "A part of a platform's spec that is still to be filled in.",
        "unknown-input": "An input that the flow does not take.",
        "unknown-key": "A key that nobody knows.",
        "unknown-name": "A name in an expression that nobody knows.",
        "unknown-notifier": "A notifier that no installed provider brings.",
        "unknown-option": "An option that the platform does not have.",
        "unknown-param": "A param that the pipeline does not have.",
        "unknown-platform": "A platform that is not installed.",
        "unknown-step": "A step that the pipeline does not have.",
        "unknown-template": "A template that nobody has defined.",
        "unknown-variant": "A variant that the platform does not have.",
        "unreadable": "A file that can't be opened.",
        "yaml-syntax": "A text that is no YAML.",
        "yaml-trap": "A text that readers of YAML take for different things.",
    }
)
