"""Pipeline files that say all that a file can say, and ways to change them a little."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

SETTINGS: dict[str, Any] = {
    "timeout": "4h",
    "execution_timeout": "1d2h3m4s",
    "retries": 2,
    "retry_delay": "0s",
    "max_retry_delay": "90s",
    "retry_exponential_backoff": True,
    "poll_interval": "15m",
    "max_poll_interval": "1h",
    "deferrable": False,
    "defer_after": "1s",
    "unreachable_timeout": "10m",
    "cancel_on_timeout": True,
    "cancel_on_kill": None,
    "on_ambiguous_start": "search",
    "correlation_input": "key",
    "result_path": "a.b[0]",
    "result_storage": "s3://bucket/results",
    "max_result_bytes": 1000,
    "trigger_rule": "none_failed",
    "pool": "lab",
    "pool_slots": 1,
    "queue": "slow",
    "priority_weight": -1,
}
STEP: dict[str, Any] = {
    "run": "blinkops.sync/pb-${params.x}",
    "with": {"a": [1, {"b": None}]},
    "options": {"start_node": "AX1"},
    "files": {"audio": "/tmp/a.wav"},  # noqa: S108 - nothing is read
    "connection": "lab",
    "needs": ["other"],
    "if": "${steps.a.result}",
    "for_each": [1, "two"],
    "label": "${item}",
    "max_parallel": 4,
    "group": "a.b-c",
    "outlets": ["flows://lab/plates"],
    "on_failure": [{"notifier": "SmtpNotifier", "with": {"to": "a@example.com"}}],
    "doc": "What it does.",
    "extends": "slow",
    **SETTINGS,
}
DEFAULTS: dict[str, Any] = {
    **SETTINGS,
    "on_failure": None,
    "platforms": {"scade": {"connection": None, "options": {"end_node": "x"}, **SETTINGS}},
}
SCHEDULES: list[Any] = [
    None,
    "@daily",
    {"assets": ["flows://a"]},
    {"assets": ["flows://a", "b"], "match": "any"},
    {"timetable": "cron", "cron": "0 6 * * *", "timezone": "Europe/Zurich"},
    {"timetable": "cron_interval", "cron": "0 6 * * *"},
    {"timetable": "crons", "crons": ["0 6 * * *", "0 7 * * *"]},
    {"timetable": "every", "interval": "6h"},
    {"timetable": "every_interval", "interval": "1d"},
    {"timetable": "dates", "dates": ["2026-01-01", "2026-01-01T06:00:00+01:00"]},
    {"timetable": "my.plugin.Holidays", "with": {"country": "CH"}},
]
PIPELINE: dict[str, Any] = {
    "flows": "pipeline/1",
    "pipeline": "plate_report.v-1",
    "title": "Plate report",
    "description": "",
    "doc": "# Plates",
    "owner": "lab",
    "tags": ["lab", "nightly"],
    "schedule": "0 6 * * 1-5",
    "start": "2026-01-01",
    "end": "2026-12-31T23:59:59.5Z",
    "timezone": "Europe/Zurich",
    "catchup": True,
    "max_active_runs": 1,
    "run_timeout": "6h",
    "params": {
        "a": {
            "type": ["string", "null"],
            "default": None,
            "title": "A",
            "description": "b",
            "enum": [None, "x"],
        },
        "b": {"type": "integer", "minimum": 3},
        "c": [1, 2],
        "d": "text",
        "e": 1.5,
        "f": True,
        "g": None,
    },
    "defaults": DEFAULTS,
    "templates": {"slow-one": {key: value for key, value in STEP.items() if key != "run"}},
    "steps": {
        "a": STEP,
        "_b2": {"run": "wisebot/wf-9", "needs": "a", "with": "${steps.a.result}", "if": False},
        "c": {"extends": "slow-one", "for_each": "${steps.a.result}", "needs": None, "with": None},
    },
    "on_failure": [{"notifier": "airflow.providers.slack.notifications.slack.SlackNotifier"}],
}
DEFAULTS_FILE: dict[str, Any] = {
    "flows": "defaults/1",
    "root": True,
    "defaults": DEFAULTS,
    "templates": {"x": {"retries": None}},
}
WHOLE: list[dict[str, Any]] = [DEFAULTS_FILE, *({**PIPELINE, "schedule": each} for each in SCHEDULES)]

_NAMES = st.sampled_from(
    [
        "flows",
        "run",
        "retrys",
        "a b",
        "a__b",
        "1x",
        "x\n",
        "",
        "é",
        "timetable",
        "assets",
        "a" * 251,
        "extends",
    ]
)
_TEXTS = [
    *(
        "",
        "  ",
        "x",
        "x\n",
        "1h",
        "1h\n",
        "0s",
        "10d",
        "90",
        "1 hour",
        "${x}",
        "${}",
        "${x}\n",
        "string",
        "٣h",
    ),
    *("pipeline/1", "defaults/1", "cron", "every", "a.B", "a/b", "a/ ", "any", "search", "all_done"),
    *("2026-01-01", "2026-01-01\n", "2026-13-45"),
]
_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, False, 0, 1, -1, 2.5, "a" * 251, [], [""], ["x"], [1], {}, {"x": 1}, {"run": "a/b"}),
        *({"assets": []}, {"timetable": "dates"}, {"timetable": 1}, {"notifier": "a b"}, [{"notifier": "A"}]),
        *_TEXTS,
    ]
)


@st.composite
def changed(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a whole document with up to three changes: another value, a key less, a key more."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(0, 3))):
        _change(document, draw)
    return document


def _change(value: Any, draw: Any) -> None:
    """Change something below a mapping or list."""
    keys: list[Any] = list(value) if isinstance(value, dict) else list(range(len(value)))
    deeper = [key for key in keys if isinstance(value[key], dict | list) and value[key]]
    if deeper and draw(st.booleans()):
        _change(value[draw(st.sampled_from(deeper))], draw)
    elif isinstance(value, list):
        value[draw(st.sampled_from(keys))] = copy.deepcopy(draw(_VALUES))
    else:
        name = draw(st.sampled_from(keys) | _NAMES)
        if draw(st.booleans()):
            value[name] = copy.deepcopy(draw(_VALUES))
        else:
            value.pop(name, None)
            if not value:
                value[draw(_NAMES)] = copy.deepcopy(draw(_VALUES))
