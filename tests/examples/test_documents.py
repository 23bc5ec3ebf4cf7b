"""What the documents show can be run, followed and found."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.examples.dag_files import dags_of
from tests.examples.documents import DOCUMENTS, README, TOP, Block, anchors, blocks, links

PYTHON = [block for block in blocks(*DOCUMENTS) if block.language == "python"]
DAGS = [block for block in PYTHON if block.is_dag]


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_every_python_block_compiles(block: Block) -> None:
    """Also the pieces that are no whole file."""
    compile(block.text, str(block), "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


@pytest.mark.parametrize("block", DAGS, ids=str)
def test_every_dag_in_a_document_is_one_for_airflow(block: Block, tmp_path: Path) -> None:
    """Copied into a DAG folder it gives one DAG, without a warning."""
    file = tmp_path / "copied.py"
    file.write_text(block.text)
    [dag] = dags_of(file).values()
    assert dag.tasks


def test_the_readme_has_a_dag_for_each_platform_in_about_ten_lines() -> None:
    """Each uses its own operator, and is short enough to be read at a glance."""
    dags = [block for block in blocks(README) if block.is_dag]
    operators = ("UniteLabsRun", "ScadeRun", "BlinkOpsRun", "WisebotRun", "VishwaRun")
    assert [sum(operator in block.text for operator in operators) for block in dags] == [1] * 5
    code = [[line for line in block.text.splitlines() if line.strip()] for block in dags]
    assert max(len(lines) for lines in code) <= 14


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(document: Path) -> None:
    """To a file that is there, and to a heading that it has."""
    assert [
        link for link in links(document) if "://" not in link and not _leads_somewhere(document, link)
    ] == []


def _leads_somewhere(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.exists() or not target.is_relative_to(TOP):
        return False
    return not anchor or anchor in anchors(target)


def test_every_document_can_be_reached_from_the_readme() -> None:
    """Nobody has to guess that a page exists."""
    reached, ahead = set(), {README}
    while ahead:
        reached |= ahead
        ahead = {page for document in ahead for page in _pages(document)} - reached
    assert set(DOCUMENTS) - reached == set()


def _pages(document: Path) -> set[Path]:
    own = [link.partition("#")[0] for link in links(document) if "://" not in link]
    return {(document.parent / name).resolve() for name in own if name.endswith(".md")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_document_names_a_place_of_one_machine(document: Path) -> None:
    """Output that was pasted from a run is cleaned of its folders."""
    text = document.read_text("utf-8")
    places = (f"{Path.home()}/", f"{Path(__file__).parents[2]}/", "/home/", "/Users/", "/var/folders/")
    assert [place for place in places if place in text] == []
