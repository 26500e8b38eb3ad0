"""A watched token file: fresh for as long as the issuer answers, whole while it does not, gone when nobody needs it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobpass.errors import JobpassError
from jobpass.job import id_token, request_source
from jobpass.job.surroundings import EndedError
from jobpass.job.token_file import TokenFile
from jobpass.job.token_watch import LONGEST_PAUSE_SECONDS, TokenWatch, pause_seconds
from tests.job.drawing import Said, Stand, hasty, issuers_refusal
from tests.job.drawing import id_token as drawn_before
from tests.job.passing_days import Days, Over

LIFE = 300.0
DOWN = Said(500, b"{}")
ENDED = issuers_refusal("invalid_token", "the registration has ended", 401)
NO_LONGER = issuers_refusal("invalid_target", "this audience is no longer allowed")


class Watching:
    """A watch in days that pass at once."""

    def __init__(self, stand: Stand, path: Path) -> None:
        self.stand = stand
        self.path = path
        self.told: list[str] = []
        # What is in the file just before each renewal, and when.
        self.seen: list[tuple[float, str | None]] = []

    def watch(
        self, seconds: float, at: Callable[[float], None] = lambda _: None, *, begun: bool = True
    ) -> BaseException:
        """Watch for so long; return what ended it. Where it has not begun, it was time to end before."""
        source = request_source.find(self.stand.environ())

        def look(now: float) -> None:
            self.seen.append((now, self.path.read_text() if self.path.is_file() else None))
            at(now)

        watch = TokenWatch(
            lambda: id_token.fetch(source, patience=hasty()),
            TokenFile(str(self.path)),
            self.told.append,
            Days(seconds, look) if begun else Over(),
            lambda: 0.999,
        )
        with pytest.raises(BaseException) as raised:
            watch.run()
        return raised.value


@pytest.fixture
def watching(stand: Stand, tmp_path: Path) -> Watching:
    """A watch of a file in an empty folder."""
    return Watching(stand, tmp_path / "token")


def test_a_token_is_renewed_halfway_and_the_file_goes_at_the_end(watching: Watching, tmp_path: Path) -> None:
    ended = watching.watch(1000)

    assert isinstance(ended, EndedError)
    assert [now for now, _ in watching.seen] == [150, 300, 450, 600, 750, 900, 1000]
    contents = [content for _, content in watching.seen]
    assert len(set(contents)) == 7
    assert None not in contents
    assert watching.told == []
    assert list(tmp_path.iterdir()) == []


def test_a_failing_renewal_leaves_the_token_and_is_told_once_each_way(watching: Watching) -> None:
    def fail(now: float) -> None:
        if now == 150:
            watching.stand.from_issuer.extend([DOWN] * 3)

    watching.watch(200, fail)

    times, contents = zip(*watching.seen, strict=True)
    assert [round(now) for now in times] == [150, 155, 165, 185, 200]
    assert len(set(contents[:4])) == 1
    assert contents[4] not in (contents[0], None)
    assert len(watching.told) == 2
    assert watching.told[0].startswith("no new token: ")
    assert "stays until it expires" in watching.told[0]
    assert watching.told[1] == "a new token is in the file"
    assert not any(content and content in text for content in contents for text in watching.told)


def test_an_expired_token_does_not_stay_and_the_next_one_comes(watching: Watching) -> None:
    def fail(now: float) -> None:
        watching.stand.from_issuer[:] = [DOWN] if 150 <= now < 500 else []

    watching.watch(700, fail)

    assert LIFE in [now for now, _ in watching.seen]
    without = [now for now, content in watching.seen if content is None]
    assert without
    assert min(without) > LIFE
    assert max(without) < 500 + LONGEST_PAUSE_SECONDS
    assert watching.seen[-1][1] is not None
    assert len(watching.told) == 2


def test_an_ended_registration_ends_it_at_once_and_the_file_goes(watching: Watching, tmp_path: Path) -> None:
    ended = watching.watch(1000, lambda _: watching.stand.from_issuer.append(ENDED))

    assert isinstance(ended, JobpassError)
    assert (ended.code, ended.exit_status) == ("invalid_token", 1)
    assert [now for now, _ in watching.seen] == [150]
    assert list(tmp_path.iterdir()) == []


def test_another_refusal_ends_it_once_the_last_token_has_expired(watching: Watching, tmp_path: Path) -> None:
    ended = watching.watch(1000, lambda _: watching.stand.from_issuer.append(NO_LONGER))

    assert isinstance(ended, JobpassError)
    assert (ended.code, ended.exit_status) == ("invalid_target", 1)
    assert watching.seen[-1][0] == LIFE
    assert None not in [content for _, content in watching.seen]
    assert len(watching.told) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_that_passes_is_no_end(watching: Watching) -> None:
    ended = watching.watch(400, lambda now: watching.stand.from_issuer.extend([NO_LONGER] if now == 150 else []))

    assert isinstance(ended, EndedError)
    assert len(watching.told) == 2


def test_without_a_first_token_there_is_no_watch(watching: Watching, tmp_path: Path) -> None:
    watching.stand.from_issuer.append(DOWN)
    ended = watching.watch(1000)

    assert isinstance(ended, JobpassError)
    assert (ended.exit_status, watching.seen, watching.told) == (3, [], [])
    assert list(tmp_path.iterdir()) == []


def test_a_token_that_was_there_before_stays_without_a_first_one_and_goes_with_the_watch(watching: Watching) -> None:
    watching.path.write_text(token := drawn_before())
    watching.stand.from_issuer.append(DOWN)
    watching.watch(1000)
    assert watching.path.read_text() == token

    assert isinstance(watching.watch(0, begun=False), EndedError)
    assert not watching.path.exists()


def test_nobody_is_asked_for_a_token_that_cannot_be_written(watching: Watching) -> None:
    watching.path.mkdir()
    ended = watching.watch(1000)

    assert isinstance(ended, JobpassError)
    assert ended.code == "no_file"
    assert watching.stand.tokens_asked == []


def test_a_file_that_cannot_be_written_for_a_while_is_told_and_written_later(watching: Watching) -> None:
    def stand_in_the_way(now: float) -> None:
        if now == 150:
            watching.path.unlink()
            watching.path.mkdir()
        elif watching.path.is_dir():
            watching.path.rmdir()

    watching.watch(200, stand_in_the_way)

    assert len(watching.told) == 2
    assert "is no ordinary file" in watching.told[0]
    assert watching.seen[-1][1] is not None


def test_a_second_watch_of_the_file_is_refused_and_leaves_the_first_alone(watching: Watching, stand: Stand) -> None:
    second = Watching(stand, watching.path)
    ends: list[BaseException] = []

    watching.watch(400, lambda now: ends.append(second.watch(1000)) if now == 150 else None)

    assert [getattr(each, "code", None) for each in ends] == ["file_watched"]
    assert None not in [content for _, content in watching.seen]


@given(failures=st.integers(1, 1000), share=st.floats(0, 0.999))
def test_pauses_grow_to_a_minute_and_are_never_nothing(failures: int, share: float) -> None:
    pause = pause_seconds(failures, lambda: share)

    assert 2.5 <= pause <= LONGEST_PAUSE_SECONDS
    assert pause <= pause_seconds(failures + 1, lambda: 0.999)
