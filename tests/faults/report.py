"""The table and the last line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.cells import PEER_NAMES, Fault, Outcome

LEAST_ROWS = 100  # of a whole bench
_HEAD = "| fault | platform | mode | struck | started | expected | lost | left behind | verdict | {peers} |"
_RULE = "| --- | --- | --- | --- | --- | --- | --- | --- | --- |" + " --- |" * len(PEER_NAMES)


@dataclass(frozen=True, slots=True)
class Row:
    """All outcomes of one fault at one place: one, or in the storm many."""

    fault: Fault
    outcomes: Sequence[Outcome]

    @property
    def held(self) -> bool:
        """Tell whether all of them held."""
        return all(each.held for each in self.outcomes)

    @property
    def texts(self) -> tuple[str, ...]:
        """Return what stands in the table's columns."""
        first, number = self.outcomes[0], len(self.outcomes)
        title = self.fault.title + (f", {number} here" if number > 1 else "")
        struck = sum(each.struck is not None for each in self.outcomes)
        counts = (sum(getattr(each, what) for each in self.outcomes) for what in ("started", "lost", "left"))
        started, lost, left = map(str, counts)
        expected = str(sum(each.cell.starts for each in self.outcomes))
        cell = first.cell
        yes = "yes" if struck == number else f"{struck} of {number}"
        return title, cell.platform, cell.kind, yes, started, expected, lost, left, self._verdict

    @property
    def _verdict(self) -> str:
        if len(self.outcomes) == 1:
            return self.outcomes[0].verdict
        counted = Counter(each.verdict for each in self.outcomes)
        return ", ".join(f"{number} {verdict}" for verdict, number in counted.most_common())


def table(faults: Sequence[Fault], outcomes: Sequence[Outcome]) -> str:
    """Return the Markdown table: a row for each of our places, the peers' in the first row of their fault."""
    lines = [_HEAD.format(peers=" | ".join(PEER_NAMES)), _RULE]
    for fault in faults:
        mine = sorted(
            (each for each in outcomes if each.cell.fault == fault.name),
            key=lambda each: [cell.name for cell in fault.cells].index(each.cell.name),
        )
        beside = [_peers(name, mine) for name in PEER_NAMES]
        for row in _rows([fault], mine):
            lines.append("| " + " | ".join((*row.texts, *beside)) + " |")
            beside = [""] * len(PEER_NAMES)
    errors = Counter(_error(each) for each in outcomes if each.verdict == "refused")
    if errors:
        lines += ["", "What the user sees where a cell is *refused*:", ""]
        lines += [f"- {text} ({number} cells)" for text, number in sorted(errors.items())]
    return "\n".join(lines)


def last_line(faults: Sequence[Fault], outcomes: Sequence[Outcome]) -> str:
    """Say in one line what was counted."""
    rows = _rows(faults, outcomes)
    ours = [each for each in outcomes if not each.cell.peer]
    duplicates, lost, left = (
        sum(getattr(each, what) for each in ours) for what in ("duplicates", "lost", "left")
    )
    theirs = (sum(each.duplicates for each in outcomes if each.cell.platform == name) for name in PEER_NAMES)
    return (
        f"faults: {sum(row.held for row in rows)} of {len(rows)} held, {duplicates} duplicates, {lost} lost, "
        f"{left} left behind; peers: {' and '.join(map(str, theirs))} duplicates"
    )


def ended_line(outcomes: Sequence[Outcome], choice: str) -> str:
    """Say how many of the deferred tasks that did well the triggerer ended, and what they were told."""
    good = [each for each in outcomes if each.cell.mode == "defer" and each.state == "success"]
    ours = [each for each in good if not each.cell.peer]
    by_trigger = sum(each.by_trigger for each in ours)
    return (
        f"end_from_trigger={choice}: triggers ended {by_trigger} of {len(ours)} deferred tasks that did well"
    )


def ended_as_told(outcomes: Sequence[Outcome], choice: str, *, whole: bool) -> bool:
    """Tell whether triggers ended tasks where they may, as a whole bench must show, and only there."""
    by_trigger = any(each.by_trigger for each in outcomes)
    return not by_trigger if choice == "false" else by_trigger or not whole


def went_well(faults: Sequence[Fault], outcomes: Sequence[Outcome], *, whole: bool) -> bool:
    """Tell whether every cell of ours held, and whether there were enough of them."""
    rows = _rows(faults, outcomes)
    return all(row.held for row in rows) and len(rows) >= (LEAST_ROWS if whole else 1)


def _rows(faults: Sequence[Fault], outcomes: Sequence[Outcome]) -> list[Row]:
    places: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        cell = outcome.cell
        if not cell.peer:
            places.setdefault((cell.fault, cell.platform, cell.kind), []).append(outcome)
    by_name = {fault.name: fault for fault in faults}
    return [Row(by_name[name], found) for (name, _, _), found in places.items()]


def _peers(name: str, outcomes: Sequence[Outcome]) -> str:
    """Say what became of a peer's cells of one fault, in one table cell."""
    return "; ".join(_peer(each) for each in outcomes if each.cell.platform == name)


def _peer(outcome: Outcome) -> str:
    counted = f"{outcome.cell.kind}: {outcome.started} of {outcome.cell.starts}"
    if outcome.struck is None:
        return f"{counted}, not struck"
    more = [f"{number} {what}" for what, number in (("lost", outcome.lost), ("left", outcome.left)) if number]
    return ", ".join([counted, *more])


def _error(outcome: Outcome) -> str:
    """Return the error without what differs from cell to cell."""
    return outcome.error.replace(outcome.cell.name, "…")
