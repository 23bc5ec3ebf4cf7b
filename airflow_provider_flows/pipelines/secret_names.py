"""Names under which people keep secrets, and names that only sound like it."""

from __future__ import annotations

import re
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_SECRETS = re.compile(
    r"passwords?|passwd|pass(phrase|code)|pwd|secrets?|token|(api|access)key|credentials?|authorization"
)
_SECRET_KEYS = re.compile(
    r"access|account|api|auth|encryption|master|private|secret|server|service|shared|signing|subscription"
)
_OTHER_TOKENS = re.compile(
    r"bos|cls|continuation|cursor|end|eos|mask|max|min|next|pad|page|per|resume|sep|start|stop|sync|unk"
)
_IDENTIFIERS = re.compile(
    r"checksum|cursor|digest|etag|fingerprint|flow|hash|ids?|md|node|path|query|run|sha|ur[il]s?|uuid"
)
_MAY_HOLD_BLANKS = re.compile(r"passwords?|passwd|passphrase|pwd")


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Whether a key of this name holds a secret: `password`, `clientSecret`, `X-Api-Key`, not `max_token`."""
    before, last = _last_words(name)
    if last == "token":
        return not _OTHER_TOKENS.fullmatch(before)
    if last == "key":
        return bool(_SECRET_KEYS.fullmatch(before))
    return bool(_SECRETS.fullmatch(last))


def is_identifier_name(name: str) -> bool:
    """Whether a key of this name holds what looks random and is no secret: `sheet_id`, `sha256`, `url`."""
    return bool(_IDENTIFIERS.fullmatch(_last_words(name)[1]))


def may_hold_blanks(name: str) -> bool:
    """Whether the secret under this name may be several words; a sentence under another name is none."""
    return bool(_MAY_HOLD_BLANKS.fullmatch(_last_words(name)[1]))


def _last_words(name: str) -> tuple[str, str]:
    words = ["", "", *_WORDS.findall(name[-100:])]
    return words[-2].lower(), words[-1].lower()
