"""What the parts of a fleet declare to Pulumi. It imports nothing, as a program needs it."""

from __future__ import annotations

from typing import Final

START_OUTPUTS: Final = ("started",)
REPORT_OUTPUTS: Final = ("table", "good")
