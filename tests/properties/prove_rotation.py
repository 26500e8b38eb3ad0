"""`make prove-rotation`: the law of rotation under a million random schedules, on every core.

Prints how many schedules were tried, how long it took, and how many broke the law; each that does is shown with the
seed that makes it again. Exit status 1 when the law was broken.
"""

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections.abc import Iterator

from jobpass_issuer.domain.rotation import RotationPolicy
from tests.properties.rotation_steps import (
    DAY,
    HOUR,
    Step,
    change_algorithm,
    disable_behind_our_back,
    empty_table,
    issue,
    live,
    restore_table,
    revoke,
    rotate_now,
    run,
    two_at_once,
    wait,
)

BATCH = 500


def policy(chance: random.Random) -> RotationPolicy:
    """Return any policy that the configuration permits."""
    cache = chance.randint(60, HOUR)
    return RotationPolicy(
        chance.choice(["RS256", "ES256"]),
        chance.randint(DAY, 120 * DAY),
        cache + chance.randint(0, 3 * DAY),
        chance.randint(60, 12 * HOUR),
        cache,
    )


def step(chance: random.Random) -> Step:
    """Return anything that may befall a ring."""
    crash = chance.choice([None, chance.randint(0, 14)])
    makers = (
        lambda: wait(chance.randint(1, 40 * DAY)),
        lambda: wait(chance.randint(1, 2 * HOUR)),
        lambda: wait(chance.randint(1, 3 * DAY)),
        lambda: run(crash),
        lambda: run(None),
        lambda: issue,
        lambda: rotate_now,
        lambda: revoke(chance.randint(0, 9), crash),
        lambda: change_algorithm(chance.choice(["RS256", "ES256"])),
        lambda: two_at_once,
        lambda: disable_behind_our_back(chance.randint(0, 9)),
        lambda: restore_table(chance.randint(0, 30), chance.choice([True, False])),
        lambda: empty_table,
    )
    return chance.choice(makers)()


def violations(seed: int) -> list[str]:
    """Return what one random schedule breaks."""
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    founding = chance.choice([None, None, chance.randint(0, 14)])
    return live(policy(chance), [step(chance) for _ in range(chance.randint(1, 25))], founding).violations()


def _batch(first: int) -> list[tuple[int, str]]:
    seeds = range(first, first + BATCH)
    return [(seed, found[0]) for seed in seeds if (found := violations(seed))]


def _batches(schedules: int, first: int) -> Iterator[int]:
    return iter(range(first, first + schedules, BATCH))


def main() -> int:
    """Try the schedules and print the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=1_000_000, help="how many to try")
    parser.add_argument("--seed", type=int, default=0, help="the first schedule's seed")
    options = parser.parse_args()
    started = time.monotonic()
    broken: list[tuple[int, str]] = []
    done = 0
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for found in pool.imap_unordered(_batch, _batches(options.schedules, options.seed)):
            for seed, violation in found:
                print(f"  seed {seed}: {violation}", flush=True)
            broken += found
            done += BATCH
            if done % 50_000 == 0:
                print(f"  {done:,} schedules, {len(broken)} violations, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{done:,} schedules in {time.monotonic() - started:.0f} s: {len(broken)} violations")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
