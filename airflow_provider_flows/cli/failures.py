"""How a command ends that does not end well."""

from __future__ import annotations

FAILED = 1
IN_DOUBT = 2
INTERRUPTED = 130  # as shells have it: 128 and the number of SIGINT


class CommandError(Exception):
    """A command can't do what it was asked for; the text is what a person reads.

    :param code: what the process ends with
    """

    def __init__(self, text: str, code: int = FAILED) -> None:
        super().__init__(text)
        self.code = code
