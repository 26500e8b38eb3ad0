"""A platform without AWS credentials, set up as the how-to has its reader do it: its key, its entry in the file."""

import json
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import yaml

from tests.e2e.pages import how_to
from tests.e2e.programs import SYSTEM_PATH, run

PAGE = how_to("register-without-aws")
NAME, KID = "buildhost", "key-1"


@dataclass(frozen=True)
class BuildHost:
    """The folder where its private key is, and the public one as the how-to's commands print it."""

    folder: Path
    public_jwk: str

    @property
    def key_file(self) -> Path:
        """The private key."""
        return self.folder / "buildhost.pem"

    def added_to(self, configuration: Path) -> Path:
        """A copy of a configuration with the how-to's platform, which names this host's key."""
        entry = yaml.safe_load(PAGE.block("yaml", "public_keys").replace(_printed_line(), f"- {self.public_jwk}\n"))
        document = yaml.safe_load(configuration.read_text())
        document["platforms"] |= entry["platforms"]
        extended = self.folder / configuration.name
        extended.write_text(yaml.safe_dump(document, sort_keys=False))
        return extended

    def assertion(self, audience: str, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """An assertion by PyJWT, some members of its header and its claims changed."""
        now = int(time.time())
        said = {"iss": NAME, "sub": NAME, "aud": audience, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60}
        return jwt.encode({**said, **claims}, self.key_file.read_text(), "RS256", {"kid": KID, **(header or {})})


def made(folder: Path) -> BuildHost:
    """Make a key by the how-to's commands."""
    ran = run(
        ["bash", "--noprofile", "--norc", "-ec", PAGE.block("sh", "genrsa")], {"PATH": SYSTEM_PATH}, directory=folder
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["kid"] == KID
    return BuildHost(folder, ran.stdout.strip())


def _printed_line() -> str:
    (line,) = (line for line in PAGE.text.splitlines() if line.lstrip().startswith('- {"kty"'))
    return line.strip() + "\n"
