"""One of the emulator's processes, which speaks TLS: `python -m tests.bench.cluster.emulators PORT FILE`."""

from __future__ import annotations

import signal
import ssl
import sys

from airflow_provider_flows.emulator import FlowEmulator
from tests.bench.cluster.terms import FLOW, RUN_SECONDS


def main(port: int, certificate: str) -> None:
    """Serve one flow on vishwa.ai until SIGTERM."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FlowEmulator(port=port, ssl_context=context) as emulator:
        emulator.flow("vishwa", FLOW, duration=RUN_SECONDS)
        signal.sigwait(signals)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
