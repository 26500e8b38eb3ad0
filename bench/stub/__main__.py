"""`python -m bench.stub FILE [CERTIFICATE]`: serve what the file holds until the standard input ends."""

import asyncio
import json
import sys
from pathlib import Path

from bench.stub.aws import Aws, Contents
from bench.stub.server import serve

if __name__ == "__main__":
    made = Aws(Contents.from_document(json.loads(Path(sys.argv[1]).read_text())))
    asyncio.run(serve(made, sys.argv[2] if len(sys.argv) > 2 else None))
