"""What the documents say of the platforms is what the specs say."""

from __future__ import annotations

import pytest

from airflow_provider_flows.platforms import specs
from airflow_provider_flows.protocol.candidates import CLOCK_SLACK
from airflow_provider_flows.protocol.listing import MOST_PAGES
from airflow_provider_flows.protocol.retry import RetryPolicy
from tests.examples import spec_tables
from tests.examples.documents import README, TOP, rows, section

PLATFORMS = TOP / "docs" / "platforms.md"
CONNECTIONS = TOP / "docs" / "connections.md"
NAMES = spec_tables.ORDER


def _table(text: str, header: str) -> list[str]:
    """Return the table that begins with the header's line."""
    lines = text.splitlines()
    assert header in lines, f"no table begins with {header}"
    begin = lines.index(header)
    table = []
    for line in lines[begin:]:
        if not line.startswith("|"):
            break
        table.append(line)
    return table


def test_no_platform_is_missing() -> None:
    """The documents' order holds every platform that ships."""
    assert sorted(NAMES) == sorted(specs.names())


def test_the_readmes_table_of_abilities_is_that_of_the_specs() -> None:
    """What a platform can do is told as it is."""
    expected = spec_tables.abilities()
    assert _table(README.read_text("utf-8"), expected[0]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_platforms_options_are_those_of_its_spec(name: str) -> None:
    """Names, meanings, types and defaults; a platform without options says so."""
    text = section(PLATFORMS, specs.load(name).title)
    expected = spec_tables.options(name)
    if not expected:
        assert "no options" in text
        return
    assert _table(text, expected[0]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_a_connections_fields_are_those_of_its_spec(name: str) -> None:
    """Every field of the form is explained, with its default."""
    expected = spec_tables.connection_fields(name)
    assert _table(section(CONNECTIONS, specs.load(name).title), expected[0]) == expected


def test_the_fields_that_all_connections_share_are_those_of_the_specs() -> None:
    """They are told once."""
    expected = spec_tables.common_fields()
    assert _table(section(CONNECTIONS, "Fields that all have"), expected[0]) == expected
    text = section(CONNECTIONS, "Words for states")
    for expected in (spec_tables.state_fields(), spec_tables.words()):
        assert _table(text, expected[0]) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_undocumented_place_of_a_spec_is_listed_with_its_setting(name: str) -> None:
    """One row for each mark in the spec, in its order, with the settings that the spec says to see."""
    listed = _gaps_told(name)
    gaps = spec_tables.gaps(name)
    assert [row[1] for row in listed] == [f"`{gap.path}`" for gap in gaps]
    assert [row[1] for row in listed if not all(row)] == []
    for row, gap in zip(listed, gaps, strict=True):
        assert set(row[3].split("`")[1::2]) == set(gap.settings), gap.path
        assert gap.settings or row[3].startswith("none"), gap.path


def _gaps_told(name: str) -> list[list[str]]:
    text = section(PLATFORMS, specs.load(name).title)
    if "| Not documented |" not in text:
        assert "Nothing here is undocumented" in text
        return []
    return list(rows(text[text.index("| Not documented |") :]))[2:]


@pytest.mark.parametrize("name", NAMES)
def test_a_platform_is_told_with_its_vendors_page(name: str) -> None:
    """A reader can check what we say."""
    assert specs.load(name).document.data["docs"] in section(PLATFORMS, specs.load(name).title)


def test_the_documents_tell_how_often_a_request_is_repeated() -> None:
    """The numbers in the text are those of the default policy."""
    policy = RetryPolicy()
    text = " ".join(section(TOP / "docs" / "operators.md", "What is sent again").split())
    assert f"at most {policy.attempts} times" in text
    assert f"at most {policy.longest_retry_after:.0f} seconds" in text


def test_the_documents_tell_what_a_search_allows_for() -> None:
    """The numbers in the text are those of the code, and each platform that can be searched is named."""
    text = " ".join(section(PLATFORMS, "Looking for a lost run").split())
    assert f"{CLOCK_SLACK:.0f} seconds by which the two clocks may differ" in text
    assert f"longer than {MOST_PAGES} pages" in text
    for name in NAMES:
        spec = specs.load(name)
        assert (f"[{spec.title}](#" in text) == spec.can("search")
