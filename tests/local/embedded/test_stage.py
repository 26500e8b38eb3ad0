"""What a person sees of a long run."""

import io

import pytest

from local.stage import Stages


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_elsewhere_each_step_is_two_plain_lines() -> None:
    stream = io.StringIO()

    with Stages(stream).step("start the embedded AWS") as step:
        step.note("3/9")

    begun, finished = stream.getvalue().splitlines()
    assert begun.endswith("start the embedded AWS")
    assert finished.endswith("0.0 s")
    assert "\x1b" not in stream.getvalue()


def test_on_a_terminal_the_line_is_redrawn_with_the_notes() -> None:
    stream = Terminal()

    with Stages(stream).step("deploy") as step:
        step.note("3/9 S3::Bucket")

    assert "deploy 3/9 S3::Bucket" in stream.getvalue()
    assert stream.getvalue().rpartition("\r\x1b[K  ")[2] != ""


def test_a_failed_step_is_marked_and_its_error_goes_on() -> None:
    stream = io.StringIO()

    with pytest.raises(RuntimeError, match="broken"), Stages(stream).step("deploy"):
        raise RuntimeError("broken")

    assert "FAILED deploy" in stream.getvalue() or "✗ deploy" in stream.getvalue()


def test_a_stream_that_cannot_show_the_signs_gets_words() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")

    with Stages(stream).step("deploy"):
        pass

    stream.seek(0)
    assert "ok deploy" in stream.read()


def test_times_are_kept_without_a_stream_too() -> None:
    stages = Stages(None)

    with stages.step("one"), stages.step("two"):
        pass

    assert set(stages.durations_seconds) == {"one", "two"}
