"""Settings of every suite: no test may fail because of a busy machine or of its starting place."""

from __future__ import annotations

import os
import signal

from hypothesis import HealthCheck, settings

settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if not os.environ.get("CI"):  # there, hypothesis itself loads a profile that is also repeatable
    settings.load_profile("busy machine")

# A shell lets what it starts in the background ignore Ctrl-C, and every process hands that on.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
