"""Draws what the bench measured, as SVG files beside the page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.context import Bars, Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_OURS, _OTHERS, _LIMIT = "#2a6f97", "#b8b8b8", "#c1121f"
_COLOURS = ("#e09f3e", "#6a994e", "#7f5539", "#8d6cab", "#555555")


def file_name(name: str) -> str:
    """Return the name of a plot's file."""
    return f"performance-{name}.svg"


def draw_all(plots: Mapping[str, Bars | Curves], folder: Path) -> None:
    """Draw every plot into a folder; the same numbers give the same files."""
    import matplotlib as mpl

    mpl.use("svg")
    # without this, ids and the date would differ each time
    mpl.rcParams["svg.hashsalt"] = "flows"
    mpl.rcParams["font.size"] = 9
    for name, plot in plots.items():
        _draw(plot, folder / file_name(name))


def _draw(plot: Bars | Curves, file: Path) -> None:
    import matplotlib.pyplot as plt

    height = 0.6 + 0.42 * len(plot.values) if isinstance(plot, Bars) else 3.6
    figure, axes = plt.subplots(figsize=(7.2, max(1.8, height)))
    if isinstance(plot, Bars):
        _bars(plot, axes)
    else:
        _curves(plot, axes)
    axes.set_title(plot.title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")
    plt.close(figure)


def _bars(plot: Bars, axes: Axes) -> None:
    labels = list(plot.values)[::-1]
    values = [plot.values[label] for label in labels]
    colours = [_OURS if label.startswith("flows") else _OTHERS for label in labels]
    drawn = axes.barh(labels, values, color=colours, height=0.65)
    axes.bar_label(drawn, labels=[f" {_short(value)}" for value in values])
    axes.set_xlabel(plot.unit)
    axes.margins(x=0.15)
    if plot.logarithmic:
        axes.set_xscale("log")
    if plot.limit is not None:
        axes.axvline(plot.limit, color=_LIMIT, linestyle="--", linewidth=1)


def _curves(plot: Curves, axes: Axes) -> None:
    others = iter(_COLOURS * len(plot.points))
    for label, points in plot.points.items():
        colour = _OURS if label.startswith("flows") else next(others)
        across, up = zip(*points, strict=True)
        axes.plot(across, up, label=label, color=colour, marker="." if len(points) < 40 else None)
    axes.set_xlabel(plot.across)
    axes.set_ylabel(plot.unit)
    if "x" in plot.logarithmic:
        axes.set_xscale("log")
    if "y" in plot.logarithmic:
        axes.set_yscale("log")
    if plot.limit is not None:
        axes.axhline(plot.limit, color=_LIMIT, linestyle="--", linewidth=1)
    axes.legend(frameon=False)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
