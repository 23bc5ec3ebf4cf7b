from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.bench.context import Context
from tests.bench.rows import FIGURES, Row
from tests.bench.whole import PARTS, Part, run


@dataclass
class Fake:
    """Stands for a part: gives as many rows as it is told, or breaks."""

    figures: int = 1
    holds: bool = True
    breaks: bool = False
    folders: list[str] = field(default_factory=list)

    def rows(self, context: Context) -> list[Row]:
        """Return the rows."""
        self.folders.append(context.folder.name)
        if self.breaks:
            raise OSError("no nginx")
        return [Row(f"figure {number}", "1", "≤ 1", self.holds) for number in range(self.figures)]


def test_a_part_that_reaches_its_figures_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    """One part alone runs alone, in a folder of its own, and its figures decide."""
    law = Fake(2)
    assert run(["law"], 1, {"law": law}.__getitem__) == 0
    assert law.folders == ["law"]
    assert capsys.readouterr().out.splitlines()[-1] == "bench: 2 of 2 reached"


def test_one_missed_figure_fails_the_bench(capsys: pytest.CaptureFixture[str]) -> None:
    """A bench with a missed figure does not end with 0, and says which it was."""
    assert run(["law"], 1, {"law": Fake(holds=False)}.__getitem__) == 1
    assert "figure 0: 1 (must be ≤ 1): MISSED" in capsys.readouterr().out


def test_a_part_that_breaks_fails_the_bench_and_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    """What broke is told, and the others still run."""
    parts: dict[str, Part] = {"law": Fake(breaks=True), "limit": Fake()}
    assert run(["law", "limit"], 1, parts.__getitem__) == 1
    told = capsys.readouterr().out
    assert "law: broke: OSError: no nginx" in told
    assert told.splitlines()[-1] == "bench: 1 of 1 reached"


@pytest.mark.parametrize(("missing", "code"), [(0, 0), (1, 1)])
def test_a_whole_bench_has_all_figures(missing: int, code: int) -> None:
    """A whole bench that lost a row does not pass for one in which all was reached."""
    others = len(PARTS) - 1
    parts: dict[str, Part] = {name: Fake() for name in PARTS}
    parts["law"] = Fake(FIGURES - others - missing)
    assert run([], 1, parts.__getitem__) == code
