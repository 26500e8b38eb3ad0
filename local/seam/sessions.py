"""Sessions that have ended: AWS says so of them for good, where ministack soon knows nothing of them any more."""

import time

from local.seam.ministack_parts import part, replace

# A session token says by itself when it ends; how long AWS would go by it is unobserved, and a day outlasts every test.
REMEMBERED_SECONDS = 86400


def install() -> None:
    """Keep ended sessions, so that what is signed with them is answered by ExpiredToken, and not as by a stranger."""
    replace("_evict_expired_sessions", _forget_old_ones)


def _forget_old_ones() -> None:
    sessions = part("_sessions")
    before = time.time() - REMEMBERED_SECONDS
    ended = [key for key, session in sessions.items() if (session.get("Expiration") or before) < before]
    for key in ended:
        sessions.pop(key, None)
