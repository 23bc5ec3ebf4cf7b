"""The emulator's knobs and its obviously fake credentials."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from airflow_provider_flows.emulator.catalogue import default_flows
from airflow_provider_flows.emulator.checks import check_kind, check_one_of, is_amount
from airflow_provider_flows.emulator.flows import Flow
from airflow_provider_flows.emulator.wire import Json

TENANT = "00000000-0000-4000-8000-00000000fa4e"
CLIENT_ID = "emulated-client"
CLIENT_SECRET = "emulated-unitelabs-secret-00000000"  # noqa: S105 - fake on purpose
SCADE_KEY = "ZmFrZS11dWlkOmVtdWxhdGVkLXNjYWRlLWtleQ=="  # base64 of "fake-uuid:emulated-scade-key"
BLINKOPS_KEY = "emulated-blinkops-key-0000-0000"
BLINKOPS_VIEWER_KEY = "emulated-blinkops-viewer-key-0000"
BLINKOPS_WORKSPACE = "00000000-0000-4000-8000-0000b11dc0de"
WISEBOT_KEY = "wb_live_emulated00000000000000000000"
WISEBOT_JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJlbXVsYXRlZCJ9.not-a-signature"
WISEBOT_WEBHOOK_SECRET = "emulated-wisebot-webhook-secret-0000"  # noqa: S105 - fake on purpose
VISHWA_KEY = "xp-emulated-vishwa-key-00000000"


@dataclass(frozen=True, slots=True, kw_only=True)
class EmulatorConfig:
    """Holds every knob of the emulator that is not one flow's own. Times are in seconds.

    ``rate_limit`` is requests per second for each platform, or ``None`` for no limit.
    Raises ``ValueError`` for a value of the wrong kind.
    """

    flows: tuple[Flow, ...] = field(default_factory=default_flows)
    accept_any_flow: bool = False
    control_open: bool = False  # whether other machines may use the control API: containers beside this one
    latency: float = 0.0
    rate_limit: float | None = None
    tenant: str = TENANT
    client_id: str = CLIENT_ID
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    token_lifetime: float = 300.0  # Keycloak's default; UniteLabs does not say its own
    scade_key: str = field(default=SCADE_KEY, repr=False)
    scade_queued_status: int = 1  # Invented: only 3 (done) is known
    scade_running_status: int = 2  # Invented
    scade_failed_status: int = 4  # Invented
    scade_cancelled_status: int = 5  # Invented
    blinkops_key: str = field(default=BLINKOPS_KEY, repr=False)
    blinkops_viewer_key: str = field(default=BLINKOPS_VIEWER_KEY, repr=False)
    blinkops_workspace: str = BLINKOPS_WORKSPACE
    blinkops_concurrency: int = 40  # https://docs.blinkops.com/docs/workflows/system-limits
    blinkops_history: int = 100  # same page: entries kept for each flow
    blinkops_run_limit: float = 7200.0  # same page: a run's default limit
    blinkops_outputs: str = "plain"  # Invented: or "execution", the outputs inside an execution
    wisebot_key: str = field(default=WISEBOT_KEY, repr=False)
    wisebot_jwt: str = field(default=WISEBOT_JWT, repr=False)
    wisebot_webhook_secret: str = field(default=WISEBOT_WEBHOOK_SECRET, repr=False)
    wisebot_failed_status: int = 200  # Invented: the HTTP status of a failed run
    vishwa_key: str = field(default=VISHWA_KEY, repr=False)

    def __post_init__(self) -> None:
        """Refuse knobs that make no sense before anything is served with them."""
        for knob in fields(self):
            check_kind(knob.name, getattr(self, knob.name), knob.default)
        if self.rate_limit is not None and not (is_amount(self.rate_limit) and self.rate_limit):
            raise ValueError(f"rate_limit is {self.rate_limit!r}, must be a number above 0 or nothing")
        check_one_of("blinkops_outputs", self.blinkops_outputs, ("plain", "execution"))


def load_config(path: Path, base: EmulatorConfig | None = None) -> EmulatorConfig:
    """Read a YAML file of knobs and flows over ``base``; a flow of the same id is replaced.

    Raises ``ValueError`` naming the file and the unknown key or wrong value.
    """
    base = base or EmulatorConfig()
    try:
        knobs = _read_mapping(path)
        flows = merge_flows(base.flows, (_read_flow(flow) for flow in knobs.pop("flows", ())))
        return replace(base, flows=flows, **knobs)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from error


def merge_flows(base: Iterable[Flow], more: Iterable[Flow]) -> tuple[Flow, ...]:
    """Join two catalogues; a flow of the second replaces one of the same id."""
    by_id = {(flow.platform, flow.flow_id): flow for flow in (*base, *more)}
    return tuple(by_id.values())


def _read_mapping(path: Path) -> dict[str, Json]:
    import yaml  # only the command line needs it

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {error}") from error
    if not isinstance(document, dict):
        raise TypeError("the top level must be a mapping")
    return document


def _read_flow(entry: Json) -> Flow:
    if not isinstance(entry, Mapping):
        raise TypeError(f"each flow must be a mapping, not {entry!r}")
    return Flow(**typed_behaviour(entry))


def typed_behaviour(entry: Mapping[str, Json]) -> dict[str, Json]:
    """Turn values from YAML or JSON into the types a flow holds: ids are texts, nodes tuples."""
    behaviour = dict(entry)
    if "flow_id" in behaviour:
        behaviour["flow_id"] = str(behaviour["flow_id"])
    for nodes in ("start_nodes", "end_nodes"):
        if nodes in behaviour:
            behaviour[nodes] = tuple(behaviour[nodes])
    return behaviour
