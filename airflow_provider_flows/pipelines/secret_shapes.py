"""Texts that look like secrets: by their key's name, by a vendor's well-known form, or by their randomness.

Rather too few than too many: uuids, hashes, ids and addresses are none, nor is what an expression gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from airflow_provider_flows.pipelines.secret_names import is_identifier_name, is_secret_name, may_hold_blanks
from airflow_provider_flows.schemas import Path


class Suspicion(NamedTuple):
    """Why a text looks like a secret; `is_sure` is False where it may well be something else."""

    reason: str
    is_sure: bool = True


_NAMED = Suspicion("its key is called like one")
_KNOWN = Suspicion("it has the form of one")
_RANDOM = Suspicion("it is long and looks random", is_sure=False)

# Each form begins where a word begins, which also keeps the search from trying every place of a long word.
_FORMS = re.compile(
    r"""(?<![A-Za-z0-9_-])(?:
        wb_(?:live|test)_[A-Za-z0-9_-]{8,}                              # Wisebot
        | sk-[A-Za-z0-9_-]{20,} | [sr]k_(?:live|test)_[A-Za-z0-9]{16,} | whsec_[A-Za-z0-9+/=]{16,}
        | (?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])
        | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{22,} | glpat-[A-Za-z0-9_-]{20,}
        | xox[abeoprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{10,}
        | AIza[A-Za-z0-9_-]{35} | ya29\.[A-Za-z0-9_-]{20,} | GOCSPX-[A-Za-z0-9_-]{20,}
        | npm_[A-Za-z0-9]{36} | pypi-[A-Za-z0-9_-]{50,} | hf_[A-Za-z0-9]{30,}
        | dapi[0-9a-f]{32} | dop_v1_[0-9a-f]{64} | SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}
        | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*       # a JSON Web Token
        | (?i:bearer|basic)[ ]+(?=[A-Za-z._~+/=-]{0,99}[0-9])[A-Za-z0-9._~+/=-]{16,}
    )
    | -----BEGIN[ A-Z]{0,40}PRIVATE[ ]KEY-----(?:[^-]+-----END[ A-Z]{0,40}-----)?
    | (?<=://)[^/\s:@?\#]{1,100}:[^/\s@]{1,200}(?=@)                    # user and password in an address
    | (?<=hooks\.slack\.com/services/)[A-Za-z0-9/]{20,}
    | (?<=[?&])(?:sig|token|access_token|api_?key|secret|client_secret|password)=[^&\s]{8,}
    """,
    re.VERBOSE,
)
_LONG_WORD = re.compile(r"(?<![A-Za-z0-9+/=_.:%-])[A-Za-z0-9+/_-]{32,512}={0,2}(?![A-Za-z0-9+/=_.:%-])")
_CHUNK = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")  # a word, as in CamelCase, or a number
_EXPRESSIONS = ((re.compile(r"\$\{[^}]*\}"), "}"), (re.compile(r"\{\{.*?\}\}", re.DOTALL), "}}"))
_SHORTEST_MEAN = 3.0  # letters of a chunk: of words more, of 32 random letters and digits less in 997 of 1000
_SHORTEST = 4
_SHORTEST_FORM = 12
_SHORTEST_RANDOM = 32  # as `_LONG_WORD` has it
_OF_PARENT = frozenset({"const", "default", "enum", "example", "examples", "value"})
_NO_SECRET = re.compile(
    r"(?i:basic|bearer|false|header|none|null|optional|required|string|text|true|unknown)"
)


def suspicion(path: Path, text: str) -> Suspicion | None:
    """Return why the text at a path looks like a secret, None where it does not."""
    if len(text) < _SHORTEST:
        return None
    name = _name(path)
    is_named = is_secret_name(name) and path[-2:-1] != ("files",)
    if not is_named and len(text) < _SHORTEST_FORM:
        return None
    literal = without_expressions(text)
    if _FORMS.search(literal):
        return _KNOWN
    if is_named and is_literal_secret(name, literal):
        return _NAMED
    if len(literal) >= _SHORTEST_RANDOM and any(random_words(literal)) and not is_identifier_name(name):
        return _RANDOM
    return None


def known_forms(text: str) -> Iterator[tuple[int, int]]:
    """Give the begin and end of each secret that a vendor's form betrays."""
    return (each.span() for each in _FORMS.finditer(text))


def random_words(text: str) -> Iterator[tuple[int, int]]:
    """Give the begin and end of each long word of letters and digits that are mixed at random."""
    for each in _LONG_WORD.finditer(text):
        is_mixed = all(re.search(kind, each[0]) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
        if is_mixed and len(_CHUNK.findall(each[0])) > len(each[0]) / _SHORTEST_MEAN:
            yield each.span()


def is_literal_secret(name: str, literal: str) -> bool:
    """Whether a text without its expressions may be the secret that its key's name speaks of."""
    rest = literal.strip()
    if len(rest) < _SHORTEST or _NO_SECRET.fullmatch(rest) or not any(map(str.isalnum, rest)):
        return False
    if rest.startswith(("<", "/", "./")) or "://" in rest:  # a placeholder, or where a secret lies
        return False
    return may_hold_blanks(name) or not any(map(str.isspace, literal))


def without_expressions(text: str) -> str:
    """Return a text with blanks in place of each `${…}` and `{{ … }}`."""
    if "{" not in text:
        return text
    for pattern, closing in _EXPRESSIONS:
        end = text.rfind(closing) + len(closing)  # beyond it the search would run in vain, from each opening
        text = pattern.sub(lambda found: " " * len(found[0]), text[:end]) + text[end:]
    return text


def _name(path: Path) -> str:
    for part in reversed(path):
        if isinstance(part, str) and part not in _OF_PARENT:
            return part
    return ""
