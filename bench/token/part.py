"""The part `token`: everything that is measured of a token, in one run."""

import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from bench.cost import Token, cost
from bench.spread import Spread, ratio, spread
from bench.stub.running import Stub, stub
from bench.token import cold, imports, latency, warm
from bench.token.answers import same, verified
from bench.token.cold import Start
from bench.token.function import Function, FunctionError, running, variables, written
from bench.token.machine import machine
from bench.token.packages import (
    Interpreter,
    baseline_package,
    built_token_package,
    runnable,
    unpacked_bytes,
    versions,
    with_standing,
)
from bench.token.sample import Sample, requests, sample, table
from bench.token.verdict import Row, exact
from bench.token.verdict import table as table_of
from bench.token.warm import Work

SIGN, READ = "TrentService.Sign", "DynamoDB_20120810.BatchGetItem"
# Two keys are a ring in its usual state: one signs, one is published ahead.
USUAL_KEYS = 2
FEW_KEYS, MANY_KEYS = 1, 16
FEW_ROLES, MANY_ROLES = 1, 500
FEW_JOBS, MANY_JOBS = 10**2, 10**6
JOBPASS, BASELINE = "Jobpass", "baseline"
STUBS = Path(__file__).with_name("stubbed_calls.py")
FLAT = 1.10
MODULE = "jobpass_issuer.handlers.token"


@dataclass(frozen=True, slots=True)
class Bench:
    """All that is needed to run functions: packages, AWS, and a folder for what they write."""

    interpreter: Interpreter
    sample: Sample
    stub: Stub
    folder: Path
    package: Path
    jobpass: Path
    baseline: Path

    def function(self, *, keys: int = USUAL_KEYS, package: Path | None = None) -> Function:
        """Return the token function, over a ring of so many keys."""
        return Function(self.interpreter.python, package or self.jobpass, MODULE, "handler", self._variables(keys))

    def baseline_function(self, module: str = "token_function", handler: str = "handler") -> Function:
        """Return the baseline, or one of the bare calls that are in its package."""
        return Function(self.interpreter.python, self.baseline, module, handler, self._variables(USUAL_KEYS))

    def stubbed(self, function: Function) -> Function:
        """Return a function that calls nothing."""
        known = {
            **function.variables,
            "CONTENTS": str(self.folder / "contents.json"),
            # Nobody listens there: a call that is made all the same fails.
            "AWS_ENDPOINT_URL": "https://127.0.0.1:1",
        }
        return Function(function.python, function.package, function.module, function.handler, known, STUBS)

    def requests(self, jobs: int = FEW_JOBS) -> Path:
        """Return a file of requests by so many jobs."""
        return written(requests(jobs), self.folder / f"requests-{jobs}.json")

    def _variables(self, keys: int) -> dict[str, str]:
        return variables(self.stub, table(keys), self.sample.key_arn)


@dataclass(frozen=True, slots=True)
class Repeats:
    """How often: starts of each kind; turns of the warm functions, and requests in each."""

    starts: int
    turns: int
    requests: int = 25

    @classmethod
    def of(cls, times: int) -> Self:
        """Return so many starts; turns are short, and a difference of a few in a hundred takes three times as many."""
        return cls(times, 3 * times)


def measured(repeats: Repeats) -> tuple[str, dict[str, Any]]:
    """Measure everything and return the report with its figures.

    Raises:
        FunctionError: a function does not answer with a token that verifies, or does more calls than it may.
        PackageError: the baseline's libraries are not there.
    """
    interpreter = Interpreter.of_baseline()
    made = sample((FEW_KEYS, USUAL_KEYS, MANY_KEYS), int(time.time()))
    standing = made.standing(FEW_ROLES)
    package = built_token_package(standing)
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        jobpass = runnable(package, folder / "jobpass", interpreter)
        baseline = baseline_package(standing, folder / "baseline", interpreter)
        with stub(made.contents, folder) as aws:
            bench = Bench(interpreter, made, aws, folder, package, jobpass, baseline)
            begun = machine(interpreter.version, {JOBPASS: versions(package), BASELINE: versions(baseline)})
            calls = _calls(bench)
            starts = _starts(bench, repeats.starts)
            worked = _worked(bench, repeats)
            grown = _grown(bench, repeats)
            kinds = {BASELINE: bench.baseline_function(), JOBPASS: bench.function()}
            shares = {name: imports.shares(function, repeats.starts) for name, function in kinds.items()}
            waits = latency.latencies(kinds, aws, bench.requests(), folder, repeats.requests, latency.AT_ONCE)
    token = Token(spread(worked[JOBPASS].cpu_ms).median, round(worked[JOBPASS].log_bytes))
    rows = [
        *_start_rows(starts),
        *_work_rows(worked),
        *calls,
        Row("unpacked size of the token function", "≤ 6 MB", exact(unpacked_bytes(package) / 1e6), 6, 2, " MB"),
        _memory_row(starts),
        _cost_row(token),
        *_growth_rows(grown),
    ]
    figures = {
        "machine": begun,
        "repeats": asdict(repeats),
        "rows": [{**asdict(row), "verdict": row.verdict} for row in rows],
        "starts": _start_figures(starts),
        "cpu_ms": {name: asdict(spread(work.cpu_ms)) for name, work in {**worked, **grown}.items()},
        "growth": list(grown),
        "cost": {"token": asdict(token), "dollars": asdict(cost(token)), "duration_ms": token.duration_ms},
        "import_ms": shares,
        "latency": waits,
        "log_bytes": {name: round(worked[name].log_bytes) for name in (JOBPASS, BASELINE)},
    }
    return report(rows, figures), {"token": figures}


def _calls(bench: Bench) -> list[Row]:
    """Count the calls of so many tokens, and see that they are tokens; the stub answers no other call."""
    tokens = 50
    bench.stub.calls()
    with running(bench.function(), bench.requests(), bench.folder) as function:
        ours = verified(function.serve(tokens).body, bench.sample.public_key)
    counted = bench.stub.calls()
    with running(bench.baseline_function(), bench.requests(), bench.folder) as function:
        same(ours, verified(function.serve(tokens).body, bench.sample.public_key))
    if set(counted) - {SIGN, READ}:
        raise FunctionError(f"the function called more than it needs: {counted}")
    return [
        Row("AWS calls per token: Sign", "1", exact(counted[SIGN] / tokens), 1, 0),
        Row("AWS calls per token: BatchGetItem", "1", exact(counted[READ] / tokens), 1, 0),
        Row(
            "AWS calls per token: writes",
            "0",
            exact((sum(counted.values()) - counted[SIGN] - counted[READ]) / tokens),
            0,
            0,
        ),
    ]


def _starts(bench: Bench, turns: int) -> dict[str, list[Start]]:
    functions = {BASELINE: bench.baseline_function(), JOBPASS: bench.function()}
    return cold.starts(functions, bench.requests(), bench.folder, turns)


BARE_SIGN, BARE_CALLS = "boto3 Sign", "boto3 BatchGetItem and Sign"
OWN, BASELINE_OWN = "Jobpass, calls stubbed", "baseline, calls stubbed"


def _worked(bench: Bench, repeats: Repeats) -> dict[str, Work]:
    few, one = bench.requests(), written(requests(1), bench.folder / "requests-1.json")
    return warm.worked(
        {
            BARE_SIGN: (bench.baseline_function("bare", "sign"), few),
            BARE_CALLS: (bench.baseline_function("bare", "read_and_sign"), few),
            JOBPASS: (bench.function(), few),
            BASELINE: (bench.baseline_function(), few),
            OWN: (bench.stubbed(bench.function()), one),
            BASELINE_OWN: (bench.stubbed(bench.baseline_function()), one),
        },
        bench.folder,
        repeats.turns,
        repeats.requests,
    )


FEW, JOBS, ROLES = "100 registrations, 1 role, 2 keys", "1,000,000 registrations", "500 roles"
ONE_KEY, KEYS = "1 key", "16 keys"


def _grown(bench: Bench, repeats: Repeats) -> dict[str, Work]:
    few = bench.requests()
    roles = with_standing(bench.jobpass, bench.sample.standing(MANY_ROLES), bench.folder / "roles")
    return warm.worked(
        {
            FEW: (bench.function(), few),
            JOBS: (bench.function(), bench.requests(MANY_JOBS)),
            ROLES: (bench.function(package=roles), few),
            ONE_KEY: (bench.function(keys=FEW_KEYS), few),
            KEYS: (bench.function(keys=MANY_KEYS), few),
        },
        bench.folder,
        repeats.turns,
        repeats.requests,
    )


def _start_rows(starts: dict[str, list[Start]]) -> list[Row]:
    def against(what: str) -> Spread:
        return ratio(*([getattr(each, what) for each in starts[name]] for name in (JOBPASS, BASELINE)))

    return [
        Row("cold start: CPU from spawn to ready, against the baseline", "≤ 0.40", against("ready_cpu_ms"), 0.40),
        Row("cold start plus first token, against the baseline", "≤ 0.45", against("first_token_cpu_ms"), 0.45),
    ]


def _memory_row(starts: dict[str, list[Start]]) -> Row:
    figure = ratio(*([each.peak_mib for each in starts[name]] for name in (JOBPASS, BASELINE)))
    return Row("peak memory of the token function, against the baseline", "≤ 0.55", figure, 0.55)


def _work_rows(worked: dict[str, Work]) -> list[Row]:
    def against(name: str, other: str) -> Spread:
        return ratio(worked[name].cpu_ms, worked[other].cpu_ms)

    return [
        Row(
            "warm token: CPU against bare boto3 `kms.sign` + `batch_get_item`",
            "≤ 0.65",
            against(JOBPASS, BARE_CALLS),
            0.65,
        ),
        Row(
            "handler's own CPU, AWS calls stubbed, against bare boto3 `kms.sign`",
            "≤ 0.12",
            against(OWN, BARE_SIGN),
            0.12,
        ),
    ]


def _cost_row(token: Token) -> Row:
    figure = exact(cost(token).total)
    return Row("cost per million tokens (RS256, HTTP API), computed", "≤ $5.00", figure, 5.00, 2, " $")


def _growth_rows(grown: dict[str, Work]) -> list[Row]:
    pairs = (
        ("10⁶ registrations against 10²", JOBS, FEW),
        ("500 roles against 1", ROLES, FEW),
        ("16 keys against 1", KEYS, ONE_KEY),
    )
    return [
        Row(f"token CPU, {what}", "≤ 1.10", ratio(grown[many].cpu_ms, grown[few].cpu_ms), FLAT)
        for what, many, few in pairs
    ]


def _start_figures(starts: dict[str, list[Start]]) -> dict[str, Any]:
    names = ("ready_cpu_ms", "first_token_cpu_ms", "peak_mib", "modules")
    return {
        kind: {name: asdict(spread([getattr(each, name) for each in taken])) for name in names}
        for kind, taken in starts.items()
    }


def report(rows: Sequence[Row], figures: dict[str, Any]) -> str:
    """Return the table, what stands behind its ratios, and what they were taken on."""
    on = figures["machine"]
    lines = [
        table_of(rows),
        "",
        "| start | ready, CPU ms | first token, CPU ms | peak memory, MiB |",
        "|---|--:|--:|--:|",
    ]
    for kind, found in figures["starts"].items():
        names = ("ready_cpu_ms", "first_token_cpu_ms", "peak_mib")
        told = (Spread(**found[name]).told(1) if found[name]["median"] else "-" for name in names)
        lines.append(f"| {kind} | {' | '.join(told)} |")
    lines += ["", "| warm | CPU ms a request |", "|---|--:|"]
    lines += [f"| {kind} | {Spread(**found).told(3)} |" for kind, found in figures["cpu_ms"].items()]
    paid = figures["cost"]
    prices = ", ".join(f"{name.replace('_', ' ')} ${each:.2f}" for name, each in paid["dollars"].items())
    used = paid["token"]
    use = f"a token takes {used['cpu_ms']:.2f} ms of a CPU and waits {used['wait_ms']:.0f} ms for AWS (assumed)"
    lines += [
        "",
        f"A million tokens: {prices}; {use}, which at {used['memory_mb']} MB is {paid['duration_ms']:.1f} ms.",
        f"Log of a token: {figures['log_bytes'][JOBPASS]} bytes, the baseline's {figures['log_bytes'][BASELINE]}.",
        (
            f"Functions ran on Python {on['function_python']} (Lambda's is 3.13), {on['processor']}, {on['system']}; "
            f"load {', '.join(str(each) for each in on['load'])}."
        ),
    ]
    return "\n".join(lines)
