"""A function in a process of its own, as Lambda runs it: nothing on its path but its package.

`probe.py PACKAGE MODULE HANDLER ANSWERS REQUESTS [STUBS]` imports the handler and says what that took; for each line of
its standard input, a number, it serves so many requests and says what they took. What it says goes to the descriptor
ANSWERS, one JSON object a line. STUBS is a file that puts something in the place of the calls of AWS. Before the
handler is there, this file imports nothing but what is built into the interpreter.
"""

import sys
from time import perf_counter, process_time

sys.path.insert(0, sys.argv[1])
handler = getattr(__import__(sys.argv[2], fromlist=[sys.argv[3]]), sys.argv[3])
READY = process_time()

import json  # noqa: E402 - of no matter any more


class Context:
    """What Lambda says of an invocation."""

    function_name = "jobpass-token"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-east-1:111122223333:function:jobpass-token"
    memory_limit_in_mb = "512"
    aws_request_id = "8f507cfc-0000-4000-8000-b7b8d4e2e3a1"
    log_group_name = "/aws/lambda/jobpass-token"
    log_stream_name = "2026/11/01/[$LATEST]0123456789abcdef0123456789abcdef"


def peak_kib() -> int:
    """Return the most memory that this process ever held (proc(5): VmHWM)."""
    with open("/proc/self/status") as status:  # noqa: PTH123 - pathlib is not loaded for nothing
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def tell(**figures: object) -> None:
    """Say something."""
    answers.write(json.dumps(figures) + "\n")
    answers.flush()


answers = open(int(sys.argv[4]), "w")  # noqa: PTH123, SIM115
if len(sys.argv) > 6:
    with open(sys.argv[6]) as stubs:  # noqa: PTH123
        exec(compile(stubs.read(), sys.argv[6], "exec"), {})  # noqa: S102
with open(sys.argv[5]) as file:  # noqa: PTH123
    requests = json.load(file)
tell(cpu_seconds=READY, peak_kib=peak_kib(), modules=len(sys.modules))

served = 0
context = Context()
for line in sys.stdin:
    clocks = []
    begun = process_time()
    for _ in range(int(line)):
        began = perf_counter()
        answer = handler(requests[served % len(requests)], context)
        clocks.append(perf_counter() - began)
        served += 1
        if answer["statusCode"] != 200:
            sys.exit(f"the function answered {answer}")
    cpu = process_time()
    body = answer["body"]
    tell(cpu_seconds=cpu - begun, process_cpu_seconds=cpu, clock_seconds=clocks, peak_kib=peak_kib(), body=body)
