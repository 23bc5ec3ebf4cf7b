"""What the language's keys are, read from the published schema: mutators must know what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from airflow_provider_flows.platforms.forms import SUFFIX as SPEC
from airflow_provider_flows.schemas import schema
from tests.corpus.goods import Good, Path_, Site

PLATFORMS = ("blinkops", "scade", "unitelabs", "vishwa", "wisebot")
WITHOUT_SEARCH = ("scade", "vishwa", "wisebot")
WITH_FILES = "vishwa"
FILLED = frozenset({"run", "with", "options", "files", "if", "for_each", "label"})
COUNTS = frozenset(
    {"retries", "pool_slots", "priority_weight", "max_result_bytes", "max_parallel", "max_active_runs"}
)
TRUTHS = frozenset(
    {
        "catchup",
        "deferrable",
        "retry_exponential_backoff",
        "cancel_on_timeout",
        "cancel_on_kill",
    }
)
DURATIONS = frozenset(
    {
        "run_timeout",
        "timeout",
        "execution_timeout",
        "retry_delay",
        "max_retry_delay",
        "poll_interval",
        "max_poll_interval",
        "defer_after",
        "unreachable_timeout",
    }
)
TEXTS = frozenset(
    {"title", "description", "doc", "owner", "connection", "pool", "queue", "label", "extends", "timezone"}
    | {"correlation_input", "result_path", "result_storage"}
)
MAPPINGS = frozenset({"with", "options", "files", "params", "defaults", "templates", "steps", "platforms"})
LISTS = frozenset({"tags", "outlets", "on_failure"})
CHOICES = frozenset({"trigger_rule", "on_ambiguous_start"})


def allowed(good: Good, path: Path_) -> frozenset[str] | None:  # noqa: PLR0911 - one for each kind of place
    """Return the keys that a mapping may have, None where they are free or no part of the language."""
    if good.name.endswith(SPEC):
        from tests.corpus.specs import spec_keys

        return None if path[:1] == ("variants",) else spec_keys(path)
    if path == ():
        return _keys("pipeline" if good.is_pipeline else "defaults_file")
    if path == ("defaults",):
        return _keys("defaults")
    if len(path) == 3 and path[:2] == ("defaults", "platforms"):
        return _keys("platform_defaults")
    if len(path) == 2 and path[0] in {"steps", "templates"}:
        return _keys("template")
    if path[-2:-1] == ("on_failure",) and (
        len(path) == 2 or path[0] == "defaults" or (len(path) == 4 and path[0] in {"steps", "templates"})
    ):
        return frozenset({"notifier", "with"})
    return None


def language_sites(good: Good, keys: frozenset[str] | None = None) -> list[Site]:
    """Return the members that the language names, of some keys only where keys are given."""
    return [
        site
        for site in good.sites
        if not site.is_shared
        and isinstance(name := site.path[-1], str)
        and name in (allowed(good, site.path[:-1]) or ())
        and (keys is None or name in keys)
    ]


def live_steps(good: Good) -> Iterator[Site]:
    """Yield the steps that are mappings in the file's text, none of which an anchor has to do with."""
    for site in good.sites:
        if len(site.path) == 2 and site.path[0] == "steps" and not site.is_shared:
            yield site


def words(key: str) -> frozenset[str | None]:
    """Return the words that one of `CHOICES` may have."""
    return frozenset(schema("pipeline")["$defs"][key]["enum"])


@cache
def _keys(name: str) -> frozenset[str]:
    return frozenset(schema("pipeline")["$defs"][name]["properties"])
