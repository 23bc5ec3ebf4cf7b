"""The project's documents as the tests read them: their code blocks, headings, links and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[2]
README = TOP / "README.md"
DOCUMENTS = (README, TOP / "CHANGELOG.md", *sorted((TOP / "docs").glob("*.md")))

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a document."""

    document: Path
    line: int
    language: str
    text: str

    @property
    def is_dag(self) -> bool:
        """Tell whether the block is a whole DAG file."""
        return self.language == "python" and "@dag" in self.text and "import dag" in self.text

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}"


def blocks(*documents: Path) -> list[Block]:
    """Return the fenced blocks of the documents, in their order."""
    return [
        Block(document, text.count("\n", 0, found.start()) + 1, found[1], found[2])
        for document in documents
        for text in [document.read_text("utf-8")]
        for found in _BLOCK.finditer(text)
    ]


def links(document: Path) -> list[str]:
    """Return the targets of a document's links, those in its code blocks left out."""
    return _LINK.findall(_BLOCK.sub("", document.read_text("utf-8")))


def anchors(document: Path) -> set[str]:
    """Return the anchors that a document's headings have on GitHub and GitLab."""
    text = _BLOCK.sub("", document.read_text("utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def section(document: Path, title: str) -> str:
    """Return the text under a heading, up to the next one of the same or a higher level."""
    text = document.read_text("utf-8")
    found = re.search(rf"^(#+) {re.escape(title)}$", text, re.MULTILINE)
    if not found:
        raise LookupError(f"{document.name} has no heading {title!r}")
    end = re.compile(rf"^#{{1,{len(found[1])}}} ", re.MULTILINE).search(text, found.end())
    return text[found.end() : end.start() if end else None]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each table row in a text; headings and rules are rows too."""
    for line in text.splitlines():
        if line.startswith("| "):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
