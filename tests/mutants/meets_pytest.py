"""Lets mutmut 3.8 work with pytest 9.2, whose items no longer have the private attribute that it reads."""

from __future__ import annotations

import pytest

if not hasattr(pytest.Item, "_nodeid"):
    pytest.Item._nodeid = property(lambda item: item.nodeid)  # type: ignore[attr-defined]
