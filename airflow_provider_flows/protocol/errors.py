"""What can go wrong, by whose fault it is and whether a repeat is safe.

FlowError
├── UsageError               ours to mend; nothing was sent
│   ├── ConnectionFieldError   a field of the Airflow connection
│   ├── FlowIdError            the flow's id
│   ├── InputsError            the flow's inputs
│   ├── OptionsError           the platform's options, or the variant
│   ├── ResultPathError        `result_path`
│   ├── SpecError              a platform's spec
│   └── NotSupportedError      the platform has no such ability
├── TransportError           no complete answer
│   ├── NotSentError           the request surely never arrived
│   └── ResponseLostError      it may have arrived
│       └── OversizedError       it was answered, at greater length than we read
└── ResponseError            an answer that says no, or says nothing we understand
    ├── CredentialsError       401, 403
    ├── NotFoundError          404
    ├── RedirectError          3xx
    ├── RefusedError           any other 4xx
    ├── UnavailableError       408, 425, 429, 5xx
    └── AnswerError            2xx, but not readable
"""

from __future__ import annotations

from airflow_provider_flows.protocol.messages import Request, Response

MAY_RUN = "The run may have been started all the same: look for it on the platform before starting it again"


class FlowError(Exception):
    """Anything that this package raises on purpose below Airflow."""


class UsageError(FlowError, ValueError):
    """Something we were given is wrong; nothing was sent."""


class ConnectionFieldError(UsageError):
    """A field of the Airflow connection is missing or malformed."""


class FlowIdError(UsageError):
    """The flow's id cannot be part of an address."""


class InputsError(UsageError):
    """The flow's inputs are not what can be sent, or break their schema."""


class OptionsError(UsageError):
    """An option or a variant is unknown or has a wrong value."""


class ResultPathError(UsageError):
    """The expression that picks the result is not valid JMESPath."""


class SpecError(UsageError):
    """A platform's spec is wrong."""


class NotSupportedError(UsageError):
    """The platform has no such ability."""


class TransportError(FlowError):
    """No complete answer came. `sent_at` is as that of a `Response`."""

    def __init__(self, message: str, request: Request, sent_at: float | None = None) -> None:
        super().__init__(message)
        self.request = request
        self.sent_at = sent_at


class NotSentError(TransportError):
    """The request surely never arrived: it may be sent again."""


class ResponseLostError(TransportError):
    """The request may have arrived and taken effect: only a harmless one may be sent again."""


class OversizedError(ResponseLostError):
    """The answer is larger than `max_response_bytes`; asking again would bring the same."""


class ResponseError(FlowError):
    """The platform answered, and the answer is not what was hoped for."""

    def __init__(self, message: str, response: Response) -> None:
        super().__init__(message)
        self.response = response


class CredentialsError(ResponseError):
    """The platform refused our credentials (401), or what they may do (403)."""


class NotFoundError(ResponseError):
    """The platform knows no such thing (404)."""


class RedirectError(ResponseError):
    """The platform pointed elsewhere; a request with credentials never follows."""


class RefusedError(ResponseError):
    """The platform found the request wrong (4xx)."""


class UnavailableError(ResponseError):
    """The platform cannot answer now (408, 425, 429, 5xx)."""


class AnswerError(ResponseError):
    """The platform said yes, but the answer is not readable."""
