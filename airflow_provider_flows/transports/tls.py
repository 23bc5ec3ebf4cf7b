"""Whom to trust and who we are: the TLS settings that both transports share, so that they trust alike."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path

from airflow_provider_flows.protocol.errors import ConnectionFieldError
from airflow_provider_flows.transports.options import TransportOptions


def tls_context(options: TransportOptions) -> ssl.SSLContext:
    """Return the TLS settings; reads files. Raises `ConnectionFieldError` for an unusable one."""
    authorities = options.authorities
    if options.verify is True and authorities is None and options.cert is None:
        return _usual_context()
    try:
        context = _trusting(authorities) if options.verify else _trusting_anyone()
    except OSError as error:
        raise ConnectionFieldError(
            f"{options.subject}: verify names no usable certificates: {authorities!r} ({error}). "
            "Give the path of a PEM file on the worker and the triggerer."
        ) from error
    if options.cert is not None:
        _show(context, options.cert, options.subject)
    return context


@cache
def _usual_context() -> ssl.SSLContext:
    """Return the usual settings, made once in a process: it takes 50 ms. Files of the user's may change."""
    return _trusting(None)


def _trusting(authorities: str | None) -> ssl.SSLContext:
    if authorities is None:
        import certifi  # what `requests` trusts

        authorities = certifi.where()
    if Path(authorities).is_dir():
        return ssl.create_default_context(capath=authorities)
    return ssl.create_default_context(cafile=authorities)


def _trusting_anyone() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _show(context: ssl.SSLContext, cert: str | tuple[str, str], subject: str) -> None:
    certificate, key = (cert, None) if isinstance(cert, str) else cert
    try:
        context.load_cert_chain(
            certificate, key, password=""
        )  # else an encrypted key would ask at a terminal
    except OSError as error:
        raise ConnectionFieldError(
            f"{subject}: cert names no usable certificate and open key: {cert!r} ({error}). "
            "Give the path of one PEM file with both, or a list of the certificate's and the key's path."
        ) from error
