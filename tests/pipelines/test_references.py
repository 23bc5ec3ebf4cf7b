"""What the `${…}` of a step may speak of."""

from __future__ import annotations

import pytest

from tests.pipelines.told import cases, heads, pipeline, read, told

STEPS = """
params: {plate: {type: string, default: P}, n: 1}
steps:
  plain: {run: wisebot/w}
  mapped: {run: wisebot/w, for_each: [1, 2]}
  asks:
    run: wisebot/w
    with:
      x: "%s"
"""


@pytest.mark.parametrize(
    "text",
    [
        "${steps.plain.result}",
        "${steps.plain.result.a.b[0]}",
        "${steps.plain.run_id} ${steps.plain.link}",
        "${steps.mapped.results}",
        "${steps.mapped.results[0].a}",
        "${steps.mapped.results[].a | [0]}",
        "${steps.plain.[result, run_id]}",
        "${params}",
        "${params.plate}",
        "${keys(params)}",
        "${vars.anything}",
        "${vars.some.thing}",
        "${dag_run}",
        "${dag_run.conf.any.thing}",
        "${dag_run.logical_date}",
        "${'text'}",
        "$${nothing.at.all",
        "{{ ds }} ${params.plate} {{ params.plate }}",
        "${{a: {b: params.plate}}.a.b} {{ ds }}",
        "${steps.plain.result[?owner == 'x' && steps.x]}",
        "${steps.plain.result[?item.x]}",
    ],
)
def test_all_of_this_may_be_said(text: str) -> None:
    """There is nothing to say about names that exist."""
    pipeline(STEPS % text)


@pytest.mark.parametrize(("text", "said"), cases("references"))
def test_what_can_not_be_said_is_told_at_its_dollar(text: str, said: list[str]) -> None:
    """Each fault is told once, at the `$` of its expression, with what was meant where it is near."""
    assert heads(STEPS % text) == said


def test_each_expression_of_a_text_has_its_place() -> None:
    """Two faults in one text have two places, however the text is quoted."""
    text = r"a $${ \u00e9 ¦${nope} and $${ ¦${params.nope}"
    assert len(told(STEPS % text)) == 2
    assert (
        len(
            told(
                "steps:\n  a:\n    run: wisebot/w\n    with:\n      x: |\n        ¦${nope}\n        ¦${no}\n"
            )
        )
        == 2
    )


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("¦${{params.plate}}", "write `${params.plate}`, with one pair of braces"),
        ("¦${!steps.plain.result}", "write `!(a.b)`"),
        ("¦${steps.mapped.results.a}", "`steps.mapped.results[].a` gives that of each"),
        ("¦${steps.aa.result}", "steps: plain, mapped, asks"),
        ("¦${params.aa}", "params: plate, n"),
        ("¦${params.n > 3}", "a number stands in backticks: `1`"),
        ("¦${params.n == null}", "it stands in backticks: `null`"),
        (
            "¦${params.n + params.n}",
            "a name of other characters than a-z, 0-9 and _ stands in double quotes;",
        ),
        ("¦${lenght(params)}", "functions: abs, "),
        ("¦${params.plate == 'x' && \\\"y\\\"}", "a text stands in single quotes: 'y'"),
        ("¦${dag_run.x}", "`dag_run` has: run_id, run_type, dag_id, ds, ts,"),
    ],
)
def test_a_note_tells_what_to_write_instead(text: str, note: str) -> None:
    """What is allowed, or the usual reason for the fault, stands below it."""
    (found,) = told(STEPS % text)
    assert any(each.startswith(note) for each in found.notes), found.notes


def test_there_may_be_no_params() -> None:
    """A pipeline without params says so."""
    (found,) = told('steps: {a: {run: wisebot/w, with: {x: "¦${params.x}"}}}')
    assert found.notes == ("the pipeline has no `params`",)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("for_each: ${steps.a.result}", []),
        ("label: ${item.x} of ${index}", []),
        ("if: ${item}", []),
        ("with: {x: '${index}', y: '${item.z}'}", []),
        (
            "for_each: ['¦${item}']",
            ["item-outside: `${item}`: `item` exists only in a step with `for_each`, beside it"],
        ),
        ("with: {x: '¦${index.y}'}", ["unknown-name: `${index.y}`: `index` is a number and has no `y`"]),
    ],
)
def test_item_exists_beside_for_each_only(keys: str, said: list[str]) -> None:
    """Within a mapped step there are `item` and `index`, but not in what makes the items."""
    items = "" if keys.startswith("for_each") else "    for_each: [1]\n"
    body = f"steps:\n  a: {{run: wisebot/w}}\n  b:\n    run: wisebot/w\n{items}    {keys}\n"
    assert heads(body) == said


def test_a_filter_does_not_see_the_item() -> None:
    """What looks like this step's item is sought in the list's elements, which is a warning."""
    text = "¦${steps.a.result[?id == item.id]}"
    body = f"steps:\n  a: {{run: wisebot/w}}\n  b: {{run: wisebot/w, for_each: [1], with: {{x: '{text}'}}}}\n"
    (found,) = told(body)
    assert not found.is_error
    assert "`item.id` is sought in each element of the list here" in found.message


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pool", "¦${params.n}"),
        ("connection", "x¦${params.n}"),
        ("outlets", "['¦${params.n}']"),
        ("on_failure", "[{notifier: X, with: {text: '¦${params.n}'}}]"),
        ("result_storage", "s3://¦${params.n}"),
    ],
)
def test_nothing_is_filled_elsewhere(key: str, value: str) -> None:
    """A `${…}` where nothing would fill it is an error."""
    body = f"params: {{n: 1}}\nsteps:\n  a:\n    run: wisebot/w\n    {key}: {value}\n"
    assert heads(body) == [f"bad-expression: `${{params.n}}` means nothing in `{key}`"]


def test_nothing_is_filled_in_the_settings_of_defaults() -> None:
    """It is told once, however many steps have it from there, and where no step has it."""
    body = "defaults: {%s}\nsteps:\n  a: {run: wisebot/w}\n  b: {run: wisebot/w}\n"
    said = ["bad-expression: `${x}` means nothing in `pool`"]
    assert heads(body % "pool: '¦${x}'") == said
    assert heads(body % "platforms: {scade: {pool: '¦${x}'}}") == said


def test_a_text_for_people_is_not_looked_at() -> None:
    """Docs may show what they like."""
    pipeline("doc: ${x}\ndescription: ${y\ntitle: ${z}\nsteps:\n  a: {run: wisebot/w, doc: '${nope}'}\n")


def test_what_is_never_filled_at_the_top_is_a_warning() -> None:
    """A text in a param's default or a notice may be meant as it stands."""
    assert heads("params: {x: '¦${vars.y}'}\nsteps:\n  a: {run: wisebot/w}\n") == [
        "warning bad-expression: `${vars.y}` means nothing in `params`"
    ]


@pytest.mark.parametrize(
    ("key", "code"), [("with", "bad-value"), ("if", "bad-condition"), ("for_each", "bad-value")]
)
def test_some_keys_are_one_whole_expression(key: str, code: str) -> None:
    """Where the type matters, nothing may stand beside the `${…}`, and one fault is told once."""
    body = f"params: {{x: {{}}}}\nsteps:\n  a:\n    run: wisebot/w\n    {key}: %s\n"
    said = [f"{code}: `{key}` must be one `${{…}}` and no other text"]
    pipeline(body % "${params.x}")
    assert heads(body % "¦${params.x}${params.x}") == said
    assert heads(body % "¦${params.x} }") == said
    assert heads(body % "¦${ {}") == ["bad-expression: `${` is never closed"]


def test_a_name_is_never_filled() -> None:
    """A `${…}` in an input's name is an error at the name; a plain `${` may be written there."""
    assert heads("steps:\n  a:\n    run: wisebot/w\n    with: {¦'${params.x}': 1}\n") == [
        "bad-expression: `${params.x}` stands in a name, but only values are filled"
    ]
    pipeline("steps:\n  a:\n    run: wisebot/w\n    with: {'$${x}': 1}\n")


def test_a_secret_in_an_expression_is_not_repeated() -> None:
    """An expression that holds what looks like a key is not shown."""
    reading = read(
        "steps:\n  a:\n    run: wisebot/w\n    with: {x: \"${nope('sk-1234567890abcdefghijklmno')}\"}\n"
    )
    assert reading.diagnostics
    assert "abcdefgh" not in "\n".join(each.text() for each in reading.diagnostics)
