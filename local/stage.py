"""Tells which step a long run is at, and how long each took: a live line on a terminal, plain lines elsewhere."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

LABEL_WIDTH = 52


class Step:
    """A step under way; what it notes is shown beside its label on a terminal."""

    def __init__(self, stages: "Stages", label: str) -> None:
        self.label = label
        self.detail = ""
        self.started = time.monotonic()
        self._stages = stages

    def note(self, detail: str) -> None:
        """Show how far the step is."""
        self.detail = detail
        self._stages.redraw()


class Stages:
    """Steps of one run; they may overlap, from several threads."""

    def __init__(self, stream: TextIO | None) -> None:
        """`stream` None keeps the times and shows nothing."""
        self.durations_seconds: dict[str, float] = {}
        self._stream = stream
        self._terminal = stream is not None and stream.isatty()
        self._running: list[Step] = []
        self._lock = threading.RLock()

    @contextmanager
    def step(self, label: str) -> Iterator[Step]:
        """One step; an exception marks it as failed and goes on its way."""
        step = Step(self, label)
        with self._lock:
            self._running.append(step)
            if not self._terminal:
                self._write(f"  {self._mark('…', '..')} {label}\n")
        self.redraw()
        failed = True
        try:
            yield step
            failed = False
        finally:
            self._finish(step, failed)

    def redraw(self) -> None:
        """Show the running steps in one line, on a terminal."""
        with self._lock:
            if self._terminal:
                parts = [f"{step.label} {step.detail}".rstrip() for step in self._running]
                line = " · ".join(parts)[: LABEL_WIDTH * 2]
                self._write(f"\r\x1b[K  … {line}" if parts else "\r\x1b[K")

    def _finish(self, step: Step, failed: bool) -> None:
        seconds = time.monotonic() - step.started
        with self._lock:
            self._running.remove(step)
            self.durations_seconds[step.label] = round(seconds, 3)
            mark = self._mark("✗", "FAILED") if failed else self._mark("✓", "ok")
            start = "\r\x1b[K" if self._terminal else ""
            self._write(f"{start}  {mark} {step.label:<{LABEL_WIDTH}} {seconds:5.1f} s\n")
            self.redraw()

    def _mark(self, sign: str, plain: str) -> str:
        encoding = getattr(self._stream, "encoding", None) or "ascii"
        try:
            sign.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return plain
        return sign

    def _write(self, text: str) -> None:
        if self._stream is not None:
            self._stream.write(text)
            self._stream.flush()
