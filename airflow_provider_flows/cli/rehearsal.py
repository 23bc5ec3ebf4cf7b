"""What a start would send, without a word to anyone."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import PurePath

from airflow_provider_flows.platforms.options import without_secrets
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.protocol.auth import signed
from airflow_provider_flows.protocol.errors import NotSupportedError
from airflow_provider_flows.protocol.messages import FilePart, Request, Response, Step
from airflow_provider_flows.protocol.runs import RunOrder
from airflow_provider_flows.protocol.secrecy import HIDDEN
from airflow_provider_flows.transports.driver import drive

_TOKEN = f'{{"access_token": "{HIDDEN}"}}'.encode()


def rehearsed(platform: SpecPlatform, order: RunOrder, files: Mapping[str, str]) -> list[Request]:
    """Return the requests of a start in their order: signing in where that is one, uploads, the start.

    Secrets among the options are hidden; those of the connection must be already. No file is opened.

    :param files: paths by input
    """
    order = replace(order, options=without_secrets(platform.spec.options, order.options))
    sent: list[Request] = []

    def perform(step: Step) -> Response | None:
        if not isinstance(step, Request):
            return None
        sent.append(replace(step, headers={**step.headers, "Authorization": f"Basic {HIDDEN}"}))
        return Response(request=step, status=200, body=_TOKEN)

    headers = drive(platform.auth.headers(), perform)
    requests = [_upload(platform, order, path) for path in files.values()]
    references = {name: f"(what the upload of {name} has given)" for name in files}
    requests.append(platform.start_request(replace(order, inputs={**order.inputs, **references})))
    return [*sent, *(signed(request, headers) for request in requests)]


def _upload(platform: SpecPlatform, order: RunOrder, path: str) -> Request:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    file = FilePart(field_name="", file_name=PurePath(path).name, size=0, content_type=kind, open=BytesIO)
    request = platform.upload_request(file, order.options)
    if request is None:
        raise NotSupportedError(f"{platform.title} documents no way to take files")
    return request
