"""What a person is told of a file that has not the shape of a pipeline."""

from __future__ import annotations

import pytest

from airflow_provider_flows.pipelines.shape import check
from tests.pipelines.here import marked, split

HEAD = "flows: pipeline/1\npipeline: x\n"
STEPS = "steps:\n  a: {run: x/y}\n"
BEGIN = "begin it with `flows: pipeline/1`"
# A file as it is, its error, how the sentence begins, how each note begins.
OF_FILES = [
    ("¦", "bad-type", "the file must be a mapping; got nothing", BEGIN),
    ("¦- a", "bad-type", "the file must be a mapping; got a list", BEGIN),
    ("¦'${x}'", "bad-type", "the file must be a mapping; got the text '${x}'", BEGIN),
    ("¦pipeline: x\n" + STEPS, "missing-key", "a pipeline needs `flows`", "write `flows: pipeline/1`"),
    ("¦flows: pipeline/1\n" + STEPS, "missing-key", "a pipeline needs `pipeline`"),
    (
        "flows: ¦pipeline/2\npipeline: x\n" + STEPS,
        "bad-value",
        "`flows` can't be 'pipeline/2'. Did you mean `pipeline/1`?",
        "allowed: pipeline/1, defaults/1",
    ),
    (
        "flows: ¦3\npipeline: x\n" + STEPS,
        "bad-value",
        "`flows` can't be 3",
        "allowed: pipeline/1, defaults/1",
    ),
    (
        "flows: defaults/1\n¦steps: {}",
        "unknown-key",
        "`steps` is not a key of a defaults file",
        "it belongs to a pipeline",
        "allowed: flows, root, defaults, templates",
    ),
    ("flows: defaults/1\nroot: ¦1", "bad-type", "`root` must be true or false; got the number 1"),
    (HEAD + "steps: ¦{}", "bad-value", "`steps` must not be empty"),
    (HEAD + "steps: {¦a: {}}", "missing-key", "`steps.a` needs `run`", "or `extends`"),
    (
        HEAD + "steps: {¦a-b: {run: x/y}}",
        "bad-name",
        "`a-b` can't be a name here: it must be letters",
        "write a_b",
    ),
    (HEAD + "steps: {¦a__b: {run: x/y}}", "bad-name", "`a__b` can't be a name here: it must be", "write a_b"),
    (HEAD + "steps: {¦1a: {run: x/y}}", "bad-name", "`1a` can't be a name here: it must be letters"),
    (
        HEAD + "steps: {a: ¦x/y}",
        "bad-type",
        "`steps.a` must be a mapping; got the text 'x/y'",
        "write {run: x/y}",
    ),
    (HEAD + "steps: {a: ¦x y}", "bad-type", "`steps.a` must be a mapping; got the text 'x y'"),
    (
        HEAD + "steps: {a: ¦x/wb_live_0123456789abcdef}",
        "bad-type",
        "`steps.a` must be a mapping; got a text",
    ),
    (
        HEAD + "steps: ¦[{run: x/y}]",
        "bad-type",
        "`steps` must be a mapping; got a list",
        "write each step under its name: `read: {run: wisebot/wf-9}`",
    ),
    (
        HEAD + "steps: {a: ¦[run]}",
        "bad-type",
        "`steps.a` must be a mapping; got a list",
        "write its keys without",
    ),
    (
        "flows: pipeline/1\npipeline: ¦my pipe\n" + STEPS,
        "bad-name",
        "`pipeline` must be letters, digits",
        "write my_pipe",
    ),
    ("flows: pipeline/1\npipeline: ¦größe\n" + STEPS, "bad-name", "`pipeline` must be letters, digits"),
]
# A key of a pipeline, below its steps.
OF_PIPELINES = [
    (
        "¦schedul: x",
        "unknown-key",
        "`schedul` is not a key of a pipeline. Did you mean `schedule`?",
        "allowed: flows",
    ),
    (
        "¦Schedule: x",
        "unknown-key",
        "`Schedule` is not a key of a pipeline. Did you mean `schedule`?",
        "allowed: ",
    ),
    (
        "¦start_date: x",
        "unknown-key",
        "`start_date` is not a key of a pipeline. Did you mean `start`?",
        "allowed: ",
    ),
    (
        "¦retries: 3",
        "unknown-key",
        "`retries` is not a key of a pipeline",
        "it belongs to a step, `defaults` or `defaults.platforms.<platform>`",
        "allowed: flows, pipeline",
    ),
    ("¦zzz: 3", "unknown-key", "`zzz` is not a key of a pipeline", "allowed: flows"),
    (
        "tags: ¦lab",
        "bad-type",
        "`tags` must be a list; got the text 'lab'",
        "write a list, even of one: [first, second]",
    ),
    ("tags: [¦'']", "bad-value", "`tags[0]` must not be empty"),
    (f"tags: [¦{'a' * 101}]", "bad-value", "`tags[0]` has 101 characters; 100 are the most"),
    ("timezone: ¦''", "bad-value", "`timezone` must not be empty"),
    (
        "end: ¦|\n  2026-01-01\n",
        "bad-date",
        "`end` must be a date such as",
        "take away the blanks or ends of lines",
    ),
    ("description: ¦12.5", "bad-type", "`description` must be a text; got the number 12.5", 'write "12.5"'),
    ("title: ¦2026", "bad-type", "`title` must be a text; got the number 2026", 'write "2026"'),
    ("title:¦ ", "bad-type", "`title` must be a text; got nothing", "give it a value, or take the key away"),
    ("start: ¦tomorrow", "bad-date", "`start` must be a date such as"),
    ("max_active_runs: ¦0", "bad-value", "`max_active_runs` must be 1 or more; got 0"),
    (
        "params: ¦[host]",
        "bad-type",
        "`params` must be a mapping; got a list",
        "write each param under its name: `host: web-1`",
    ),
    (
        "on_failure: ¦{notifier: A}",
        "bad-type",
        "`on_failure` must be a list; got a mapping",
        "write a list, even of one: [{notifier: …}]",
    ),
    (
        "schedule: {¦asset: [a]}",
        "unknown-key",
        "`asset` is not a key of `schedule`. Did you mean `assets`?",
    ),
    ("schedule: ¦5", "bad-schedule", "`schedule` must be a cron expression, a preset such as"),
    ("schedule: ¦[x]", "bad-schedule", "`schedule` must be a cron expression, a preset such as"),
    ("¦schedule: {cron: x}", "missing-key", "`schedule` needs `assets` or `timetable`"),
    (
        "schedule: {timetable: ¦croon, cron: x}",
        "bad-schedule",
        "`schedule.timetable` can't be 'croon'. Did you mean `cron`?",
        "allowed: cron, cron_interval",
        "or it must be the path of a class",
    ),
    (
        "schedule: {timetable: ¦zzz}",
        "bad-schedule",
        "`schedule.timetable` can't be 'zzz'",
        "allowed: cron",
        "or it must be",
    ),
    (
        "schedule: {timetable: ¦3}",
        "bad-schedule",
        "`schedule.timetable` can't be 3",
        "allowed: cron",
        "or it must be",
    ),
    ("¦schedule: {timetable: every}", "missing-key", "`schedule` needs `interval`"),
    ("schedule: {timetable: every, interval: ¦0s}", "bad-duration", "`schedule.interval` must be a duration"),
    ("schedule: {assets: ¦[]}", "bad-value", "`schedule.assets` must not be empty"),
    (
        "params: {a: {type: ¦strng}}",
        "bad-param",
        "`params.a.type` can't be 'strng'. Did you mean `string`?",
        "allowed: string",
    ),
    ("on_failure:\n  - ¦{}", "missing-key", "`on_failure[0]` needs `notifier`"),
    (
        "defaults: {platforms: {scade: {¦conection: x}}}",
        "unknown-key",
        "`conection` is not a key of `defaults.platforms.scade`. Did",
        "allowed: connection, options",
    ),
]
# A key of a step.
OF_STEPS = [
    (
        "¦depends_on: b",
        "unknown-key",
        "`depends_on` is not a key of `steps.a`. Did you mean `needs`?",
        "allowed: run, with",
    ),
    (
        "¦schedule: b",
        "unknown-key",
        "`schedule` is not a key of `steps.a`",
        "it belongs to a pipeline",
        "allowed: run",
    ),
    ("with: ¦x:1", "bad-value", "`steps.a.with` must be a mapping, or one whole `${…}`; got 'x:1'"),
    (
        "options: ¦x:1",
        "bad-type",
        "`steps.a.options` must be a mapping; got the text",
        "a blank must follow the `:`",
    ),
    ("if: ¦maybe", "bad-condition", "`steps.a.if` must be one whole `${…}`, or true or false; got 'maybe'"),
    ("if: ¦'true'", "bad-condition", "`steps.a.if` must be one whole `${…}`", "take the quotes away"),
    ("if: ¦1", "bad-condition", "`steps.a.if` must be one whole `${…}`, or true or false; got the number 1"),
    ("for_each: ¦5", "bad-type", "`steps.a.for_each` must be a list, or one whole `${…}`; got the number 5"),
    ("needs: ¦5", "bad-type", "`steps.a.needs` must be a list or a text; got the number 5", 'write "5"'),
    ("needs: [b, ¦true]", "bad-type", "`steps.a.needs[1]` must be a text; got true", 'write "true"'),
    ("needs: ¦{b: c}", "bad-type", "`steps.a.needs` must be a list or a text; got a mapping"),
    (
        "trigger_rule: ¦none_faild",
        "bad-value",
        "`steps.a.trigger_rule` can't be 'none_faild'. Did you mean `none_failed`?",
        "allowed: ",
    ),
    (
        "on_ambiguous_start: ¦no way",
        "bad-value",
        "`steps.a.on_ambiguous_start` can't be 'no way'",
        "allowed: fail, search, restart",
    ),
    (
        "retries: ¦'2'",
        "bad-type",
        "`steps.a.retries` must be a whole number; got the text '2'",
        "take the quotes away",
    ),
    ("retries: ¦2.0", "bad-type", "`steps.a.retries` must be a whole number; got the number 2.0"),
    ("retries: ¦-1", "bad-value", "`steps.a.retries` must be 0 or more; got -1"),
    (
        "deferrable: ¦'true'",
        "bad-type",
        "`steps.a.deferrable` must be true or false; got the text 'true'",
        "take the quotes",
    ),
    (
        "timeout: ¦90",
        "bad-duration",
        "`steps.a.timeout` must be a duration such as 90s, 15m, 4h or 1d",
        "write 90s",
    ),
    ("timeout: ¦1 hour", "bad-duration", "`steps.a.timeout` must be a duration such as 90s", "write 1h"),
    (
        "timeout: ¦0",
        "bad-duration",
        "`steps.a.timeout` must be a duration such as 90s, 15m, 4h or 1d, and more than 0",
    ),
    (
        "timeout: ¦0s",
        "bad-duration",
        "`steps.a.timeout` must be a duration such as 90s, 15m, 4h or 1d, and more than 0",
    ),
    (
        "timeout: ¦true",
        "bad-duration",
        "`steps.a.timeout` must be a duration such as 90s, 15m, 4h or 1d, and more than 0",
    ),
    ("group: ¦a..b", "bad-name", "`steps.a.group` must be letters"),
]
ALL = [
    *OF_FILES,
    *((HEAD + STEPS + text, *told) for text, *told in OF_PIPELINES),
    *((f"{HEAD}steps:\n  a:\n    run: x/y\n    {text}", *told) for text, *told in OF_STEPS),
    (
        HEAD + "steps: {a: {run: ¦scade}}",
        "bad-value",
        "`steps.a.run` must be `platform/flow` or `platform.variant/flow`",
    ),
    (
        HEAD + "steps: {a: {run: ¦5}}",
        "bad-type",
        "`steps.a.run` must be `platform/flow` or `platform.variant/flow`",
    ),
]


@pytest.mark.parametrize(
    ("text", "code", "message", "notes"), [(each[0], *each[1:3], each[3:]) for each in ALL]
)
def test_an_error_says_what_was_found_and_what_to_write(
    text: str, code: str, message: str, notes: tuple[str, ...]
) -> None:
    """One error for one mistake, at its place, with the mend where there is one."""
    text, place = split(text)
    (found,) = check(marked(text))[0]
    assert (found.code, found.place) == (code, place)
    assert found.message.startswith(message)
    assert [note[: len(begin)] for note, begin in zip(found.notes, notes, strict=True)] == [*notes]
