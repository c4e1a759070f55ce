"""What all processes of a run need together: memory and processor time, as Linux tells them."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

_PROCESSES = Path("/proc")
_EVERY_SECONDS = 0.5


class Footprint:
    """Watches the processes that have a word in their environment, such as a run's own folder.

    Attributes:
        peak_mb: The largest sum of their memory at one moment, shared pages counted once.
        processes: How many they were at most.
    """

    def __init__(self, word: str) -> None:
        self._word = word.encode()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0
        self.processes = 0

    def __enter__(self) -> Footprint:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(_EVERY_SECONDS):
            sizes = [_memory_mb(folder) for folder in _PROCESSES.iterdir() if self._is_ours(folder)]
            self.peak_mb = max(self.peak_mb, sum(sizes))
            self.processes = max(self.processes, len(sizes))

    def _is_ours(self, folder: Path) -> bool:
        try:
            return folder.name.isdigit() and self._word in (folder / "environ").read_bytes()
        except OSError:
            return False


def _memory_mb(folder: Path) -> float:
    try:
        lines = (folder / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
