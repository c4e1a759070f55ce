"""Settings of every suite: no test may fail because the machine is busy."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if not os.environ.get("CI"):  # there, hypothesis itself loads a profile that is also repeatable
    settings.load_profile("busy machine")
