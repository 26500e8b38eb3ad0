"""Flask with PyJWT: a signed token for a client that shows its secret, the private key in memory."""

import hmac
import json
import os
import time
import uuid
from typing import Any

import flask
import jwt

AUDIENCE, SECRET = "sts.amazonaws.com", "a-secret-of-a-benchmark-alone"
ALGORITHM = os.environ["ALGORITHM"]
with open(os.environ["KEYS"]) as file:  # noqa: PTH123 - one file, once
    KEY: Any = jwt.PyJWK(json.load(file)["keys"][0])
app = flask.Flask("issuer")


@app.post("/token")
def token() -> flask.Response:
    """Answer with a token."""
    said = flask.request.authorization
    if said is None or said.username != "job" or not hmac.compare_digest(said.password or "", SECRET):
        return flask.Response(status=401)
    now = int(time.time())
    claims = {"iss": "https://issuer.example", "sub": "job", "aud": AUDIENCE, "iat": now, "exp": now + 300}
    made = jwt.encode({**claims, "jti": str(uuid.uuid4())}, KEY, ALGORITHM, {"kid": KEY.key_id})
    return flask.jsonify(access_token=made, expires_in=300, token_type="Bearer")  # noqa: S106 - a type
