"""The page on pipelines, and the readme: their files are right, and the commands print what they show."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_provider_flows.emulator import FlowEmulator, airflow_connections
from airflow_provider_flows.pipelines.codes import CODES
from airflow_provider_flows.pipelines.read import read_defaults_file, read_pipeline
from airflow_provider_flows.pipelines.references import DAG_RUN, NAMES
from airflow_provider_flows.pipelines.schedules import PRESETS, TIMETABLES
from airflow_provider_flows.pipelines.uses import uses
from airflow_provider_flows.schemas import schema
from tests.cli.conftest import Done

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/pipelines.md"
TEXT = PAGE.read_text("utf-8")
PROGRESS = re.compile(r" +[0-9]+ s  ")  # a line of `run` on the standard error
EMULATOR = "http://127.0.0.1:8100"


@dataclass(frozen=True)
class Block:
    """A fenced block; `name` is that of the file that it is said to be."""

    language: str
    text: str
    name: str | None

    @property
    def keys(self) -> set[str]:
        """Its keys, where it is a mapping in YAML."""
        return set(yaml.safe_load(self.text)) if self.language == "yaml" else set()


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page."""
    parts = re.split(r"^(?=```\w)", text, flags=re.MULTILINE)
    found = []
    for before, part in pairwise(parts):
        language, _, rest = part.removeprefix("```").partition("\n")
        named = re.search(r"`([\w.]+\.yaml)`:\n\n\Z", before)
        found.append(Block(language, rest.partition("```")[0], named and named[1]))
    return found


BLOCKS = blocks(TEXT)
SHOWN = [each for each in BLOCKS if each.language == "console"]
FAULTY = {
    each.name for each in BLOCKS if each.name and f"$ airflow-flows lint {each.name}\n{each.name}:" in TEXT
}
PIPELINES = [
    each
    for each in (*BLOCKS, *blocks((ROOT / "README.md").read_text("utf-8")))
    if each.keys & schema("pipeline")["$defs"]["pipeline"]["properties"].keys() and each.name not in FAULTY
]


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Give the commands of a block, each with what is shown below it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield command, output


@pytest.mark.parametrize("block", PIPELINES, ids=lambda block: block.name or block.text[:30])
def test_the_files_on_the_pages_have_no_faults(block: Block) -> None:
    """A whole file is read as it is, a part of one with what it lacks."""
    if "defaults/1" in block.text:
        assert read_defaults_file(block.text, "flows.defaults.yaml") == ()
        return
    head = "" if "flows" in block.keys else "flows: pipeline/1\npipeline: a_part\n"
    tail = "" if "steps" in block.keys else "steps: {ask: {run: wisebot/wf-9}}\n"
    assert read_pipeline(head + block.text + tail, "x.flow.yaml").diagnostics == ()


@pytest.mark.parametrize("schedule", re.findall(r"^\| `([\"{].*)` \| .* \|$", TEXT, flags=re.MULTILINE))
def test_the_schedules_of_the_table_have_no_faults(schedule: str) -> None:
    """Each cell of the table of schedules may be copied into a file."""
    text = f"flows: pipeline/1\npipeline: p\nschedule: {schedule}\nsteps: {{ask: {{run: wisebot/wf-9}}}}\n"
    assert read_pipeline(text, "x.flow.yaml").diagnostics == ()


def test_the_pages_have_files() -> None:
    """The test above looks at something, and one file is faulty on purpose."""
    assert len(PIPELINES) > 5
    assert [*FAULTY] == ["night_check.flow.yaml"]


def test_the_commands_print_what_the_page_shows(
    call: Callable[..., Done], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one folder, in the page's order; of a run only the result, since how it goes on differs."""
    monkeypatch.chdir(tmp_path)
    tried = 0
    with FlowEmulator() as emulator:
        for conn_id, members in airflow_connections(emulator.url).items():
            monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(members))
        for block in BLOCKS:
            if block.name:
                Path(block.name).write_text(block.text, "utf-8")
            for command, shown in commands(block) if block in SHOWN else ():
                if command.startswith("cat "):
                    assert Path(command.removeprefix("cat ")).read_text("utf-8") == shown
                if command.startswith("airflow-flows "):
                    done = call(*shlex.split(command.replace(EMULATOR, emulator.url))[1:])
                    printed = done.out if " run " in command else done.err + done.out
                    assert printed.replace(emulator.url, EMULATOR) == _without_progress(shown), command
                    tried += 1
    assert tried > 10


def test_the_codes_are_those_of_the_program() -> None:
    """Each kind of error stands in the table, with its sentence."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", TEXT.partition("## Errors")[2], flags=re.MULTILINE)
    assert dict(rows) == dict(CODES)


@pytest.mark.parametrize("kind", ["pipeline", "template"])
def test_all_keys_have_a_row(kind: str) -> None:
    """The tables have every key of a pipeline and of a step, and so of defaults and templates."""
    first_cells = " ".join(re.findall(r"^\| (`[^|]*) \|", TEXT, flags=re.MULTILINE))
    keys = schema("pipeline")["$defs"][kind]["properties"]
    assert [key for key in keys if f"`{key}`" not in first_cells] == []


def test_the_expressions_of_the_table_are_valid() -> None:
    """What a person is told to write is JMESPath, and speaks of names that there are."""
    rows = TEXT.partition("| You want | Write |")[2].partition("\n\n")[0].replace("\\|", "|")
    cells = re.findall(
        r"``(.*?) ?``|`(.*?)`", "\n".join(row.rpartition(" | ")[2] for row in rows.splitlines())
    )
    found = [uses(double or single) for double, single in cells]
    assert len(found) > 10
    assert [each.fault for each in found if each.fault or each.asks_a_not] == []
    assert {name[0] for each in found for name in each.names} <= set(NAMES)


def test_schedules_and_names_are_told() -> None:
    """The page has every preset, every timetable, and every part of `dag_run`."""
    told: Any = [
        *(f"`{each}`" for each in (*PRESETS, *DAG_RUN)),
        *(f"timetable: {each}," for each in TIMETABLES),
    ]
    assert [each for each in told if each not in TEXT] == []


def test_the_hooks_of_pre_commit_are_there() -> None:
    """The hooks that the page names are those that the repository defines."""
    defined = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert set(re.findall(r"- id: (\S+)", TEXT)) == {each["id"] for each in defined}


def _without_progress(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not PROGRESS.match(line))
