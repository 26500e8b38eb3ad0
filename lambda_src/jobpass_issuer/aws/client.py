"""AWS clients: one session a process, with deadlines that fit a job's patience."""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session

from jobpass_issuer.aws.patience import CONNECT_SECONDS, READ_SECONDS, TRIES, impatient

# For whoever waits for an answer: a slow try is given up soon, and how often it is made again is the patience's matter.
_CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": TRIES},
    tcp_keepalive=True,
)
# For runs that nobody waits for by the second: what changes something is better waited for than done twice.
_UNHURRIED = Config(
    connect_timeout=2,
    read_timeout=8,
    retries={"mode": "standard", "total_max_attempts": TRIES},
    tcp_keepalive=True,
)


@cache
def _session() -> Session:
    return get_session()


@cache
def _made(service: str, config: Config) -> Any:
    return impatient(_session().create_client(service, config=config))


def client(service: str, config: Config | None = None) -> Any:
    """Return a low-level client for an AWS service, in the function's Region and with its credentials.

    `config` stands in the place of the usual deadlines and tries, as a whole. Who asks again gets the same client.
    """
    return _made(service, config or _CONFIG)


def unhurried(service: str) -> Any:
    """Return a client for the runs that keep keys and documents: it waits longer for each answer."""
    return client(service, _UNHURRIED)
