"""No sequence of faults, retries, clears and answers breaks a promise."""

from __future__ import annotations

from hypothesis import HealthCheck, given, seed, settings

from tests.properties.amount import EXAMPLES, SEED
from tests.properties.lives import Life, lives
from tests.properties.platforms import Platforms
from tests.properties.promises import broken
from tests.properties.simulation import lived

PLATFORMS = Platforms()


@seed(SEED)
@settings(max_examples=EXAMPLES, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lives())
def test_no_life_breaks_a_promise(life: Life) -> None:
    """Whatever befalls a task, its attempts start, repeat and lose nothing that they must not."""
    assert broken(lived(PLATFORMS, life)) == {}
