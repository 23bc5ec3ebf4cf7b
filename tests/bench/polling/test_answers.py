from __future__ import annotations

import json
import re
from pathlib import Path

from tests.bench.polling.answers import ANSWERS, TOKEN_PATH, locations


def test_every_answer_is_a_location_with_its_json() -> None:
    """Nginx is told each path once, with an answer that is JSON."""
    blocks = dict(re.findall(r"location (\S+) \{.*return \d+ '(.*)'; \}", locations(Path("tokens.log"))))
    assert {path: json.loads(blocks[path]) for path in ANSWERS} == ANSWERS
    assert set(blocks) == {*ANSWERS, "/not-yet", TOKEN_PATH}


def test_only_tokens_are_logged() -> None:
    """A poll writes no line, so that the server stays quick."""
    logged = [line for line in locations(Path("tokens.log")).splitlines() if "tokens.log" in line]
    assert [TOKEN_PATH in line for line in logged] == [True]
