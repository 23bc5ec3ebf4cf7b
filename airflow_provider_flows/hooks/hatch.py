"""The platform of a spec: made by the spec alone, or by the class that it names under `python`."""

from __future__ import annotations

import time
from functools import lru_cache
from importlib import import_module

from airflow_provider_flows.platforms.connections import RawConnection
from airflow_provider_flows.platforms.spec_platform import SpecPlatform
from airflow_provider_flows.platforms.specs import PlatformSpec
from airflow_provider_flows.protocol.errors import SpecError
from airflow_provider_flows.protocol.retry import RetryPolicy


def make_platform(
    spec: PlatformSpec, raw: RawConnection, variant: str | None = None, retry: RetryPolicy | None = None
) -> SpecPlatform:
    """Return the platform on a connection; raises `SpecError` for a class that can't be had."""
    path = spec.document.data.get("python")
    kind = SpecPlatform if path is None else platform_class(path, spec.document.where("python"))
    return kind(spec, raw, clock=time.time, retry=retry or RetryPolicy(), variant=variant)


@lru_cache(maxsize=64)
def platform_class(path: str, where: str) -> type[SpecPlatform]:
    """Return the class that `module:Class` names; raises `SpecError` where it isn't there, or is of no use.

    :param where: the place that names it, for errors
    """
    module, _, name = path.partition(":")
    try:
        found = getattr(import_module(module), name)
    except Exception as error:  # somebody's module may raise anything while it is imported
        why = f"{type(error).__name__}: {error}"
        raise SpecError(f"{where}: {path} cannot be imported: {why}") from error
    if not (isinstance(found, type) and issubclass(found, SpecPlatform)):
        raise SpecError(
            f"{where}: {path} must be a subclass of {SpecPlatform.__module__}.{SpecPlatform.__name__}"
        )
    return found
