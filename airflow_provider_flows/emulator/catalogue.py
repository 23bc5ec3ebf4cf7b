"""The flows every emulator starts with: a few realistic ones for each platform."""

from __future__ import annotations

from airflow_provider_flows.emulator.flows import PLATFORMS, Flow
from airflow_provider_flows.emulator.wire import Json

POLLED = ("unitelabs", "scade", "blinkops", "vishwa")
SLOW_SECONDS = 15.0


def default_flows() -> tuple[Flow, ...]:
    """Return the default catalogue; every id in it is made up."""
    return (*_UNITELABS, *_SCADE, *_BLINKOPS, *_WISEBOT, *_VISHWA, *_slow(), *_failing())


def _takes(**kinds: str) -> dict[str, Json]:
    """Describe inputs that are all required; further ones are allowed."""
    properties = {name: {"type": kind} for name, kind in kinds.items()}
    return {"type": "object", "properties": properties, "required": list(kinds)}


_UNITELABS = (
    Flow(
        platform="unitelabs", flow_id="plate-prep", name="Plate preparation", duration=2.0,
        description="Fills and seals one plate.",
        input_schema=_takes(plate_id="string", samples="array"),
        result={"plate_id": "$inputs.plate_id", "samples": "$inputs.samples", "sealed": True},
    ),
    Flow(
        platform="unitelabs", flow_id="plate-readout", name="Plate readout", duration=2.0,
        description="Reads the absorbance of one prepared plate.",
        input_schema=_takes(plate_id="string"),
        result={"plate_id": "$inputs.plate_id", "wavelength_nm": 450, "absorbance": [0.12, 0.48, 0.91]},
    ),
)  # fmt: skip

_SCADE = (
    Flow(
        platform="scade", flow_id="41785", name="Transcribe and rewrite", duration=2.0,
        start_nodes=("SYnn-start",), end_nodes=("y5iI-end",), input_schema=_takes(audio_url="string"),
        result={
            "Transcribation": "Transcript of $inputs.audio_url",
            "Rewriting": "Rewritten transcript of $inputs.audio_url",
        },
    ),
    Flow(
        platform="scade", flow_id="41786", name="Summarise", duration=1.0,
        start_nodes=("axi1-start",), end_nodes=("AQ6K-end",), input_schema=_takes(text="string"),
        result={"Summary": "Summary of: $inputs.text"},
    ),
)  # fmt: skip

_BLINKOPS = (
    Flow(
        platform="blinkops", flow_id="enrich-alert", name="Enrich an alert", duration=1.0,
        input_schema=_takes(alert_id="string", host="string"),
        result={"alert_id": "$inputs.alert_id", "host": "$inputs.host", "verdict": "malicious", "score": 87},
    ),
    Flow(
        platform="blinkops", flow_id="contain-host", name="Contain a host", duration=2.0,
        input_schema=_takes(host="string"),
        result={"host": "$inputs.host", "isolated": True},
    ),
)  # fmt: skip

_WISEBOT = (
    Flow(
        platform="wisebot", flow_id="triage-ticket", name="Triage a ticket", duration=1.0,
        input_schema=_takes(ticketId="string", message="string"),
        result={"ticketId": "$inputs.ticketId", "priority": "high", "team": "field support"},
    ),
    Flow(
        platform="wisebot", flow_id="daily-report", name="Daily report", duration=2.0,
        input_schema=_takes(date="string"),
        result={"date": "$inputs.date", "report": "All went well on $inputs.date."},
    ),
)  # fmt: skip

_VISHWA = (
    Flow(
        platform="vishwa", flow_id="summarise-report", name="Summarise a report", duration=2.0,
        input_schema={"type": "object", "minProperties": 1},
    ),
    Flow(
        platform="vishwa", flow_id="classify-document", name="Classify a document", duration=1.0,
        input_schema={"type": "object", "minProperties": 1},
    ),
)  # fmt: skip


def _slow() -> tuple[Flow, ...]:
    return tuple(
        Flow(platform=platform, flow_id="slow", name="Takes its time", duration=SLOW_SECONDS)
        for platform in POLLED
    )


def _failing() -> tuple[Flow, ...]:
    return tuple(
        Flow(platform=platform, flow_id="always-fails", name="Always fails", outcome="failed")
        for platform in PLATFORMS
    )
