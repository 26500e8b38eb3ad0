"""AWS clients: one session a process, with deadlines that fit a job's patience."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

# An AWS SDK that waits for a token gives up after seconds: three short tries serve it better than one long one.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)


@cache
def _session() -> Session:
    return get_session()


def client(service: str, config: Config | None = None) -> Any:
    """Return a low-level client for an AWS service, in the function's Region and with its credentials.

    `config` stands in the place of the usual deadlines and tries, as a whole.
    """
    return _session().create_client(service, config=config or _CONFIG)
