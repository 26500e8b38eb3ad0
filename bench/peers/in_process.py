"""PyJWT with cryptography in one process: no request, no server, the private key in memory.

`in_process.py KEYS ALGORITHM DESCRIPTOR`: the descriptor is of no use to it; for each line of its standard input, a
number, it makes so many tokens and says in JSON what that took, and the last of them.
"""

import json
import sys
import time
import uuid
from typing import Any

import jwt

AUDIENCE = "sts.amazonaws.com"


def main() -> None:
    """Make tokens until the standard input ends."""
    path, algorithm = sys.argv[1:3]
    with open(path) as file:  # noqa: PTH123 - as light as a server that does nothing else
        key: Any = jwt.PyJWK(json.load(file)["keys"][0])
    for line in sys.stdin:
        count, clock, cpu = int(line), time.perf_counter(), time.process_time()
        for _ in range(count):
            now = int(time.time())
            claims = {"iss": "https://issuer.example", "sub": "job", "aud": AUDIENCE, "iat": now, "exp": now + 300}
            token = jwt.encode({**claims, "jti": str(uuid.uuid4())}, key, algorithm, {"kid": key.key_id})
        took = {"seconds": time.perf_counter() - clock, "cpu_seconds": time.process_time() - cpu, "token": token}
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
