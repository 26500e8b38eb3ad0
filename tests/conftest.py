"""What every test may count on: a Node for the CDK, also on machines that have none, and keys that interrupt."""

import gc
import os
import signal
from functools import cache
from typing import Any

import pytest
from botocore.loaders import JSONFileLoader, Loader

from local import node

# Collecting thousands of tests makes no garbage, and looking for some in what only grows is a fifth of its time.
gc.disable()

# A shell's background ignores them, and so would every program that a test starts in order to interrupt it.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGQUIT, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)
# At import, since the CDK's construct library starts Node as soon as a test module imports it.
try:
    _NODE = node.prepare()
except node.NodeError as error:
    raise pytest.UsageError(str(error)) from None
os.environ["PATH"] = os.pathsep.join((_NODE.directory, os.environ.get("PATH", "")))
# jsii greets Node 20, which works all the same, with a banner; a test's output has no use for it.
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")


class _KeptFiles(JSONFileLoader):
    """Reads each of the SDK's descriptions of AWS's services once for all of a run's hundreds of sessions.

    A session of its own reads them anew, which for a client of one or two calls is nearly all that it costs.
    """

    def load_file(self, file_path: str) -> Any:
        return _described(file_path)


@cache
def _described(file_path: str) -> Any:
    return JSONFileLoader().load_file(file_path)


Loader.FILE_LOADER_CLASS = _KeptFiles


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Look for garbage again, in what tests make alone: not in their modules, which stay until the end."""
    gc.freeze()
    gc.enable()
