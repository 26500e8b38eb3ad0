"""How many messages wait in each queue: a metric of SQS that ministack does not have, and that alarms watch."""

import time

from local.seam.controls import Controls
from local.seam.ministack_parts import part

# SQS reports once a minute (SQS Developer Guide, "Available CloudWatch metrics"); here more often, by any clock.
EVERY_SECONDS = 10


class QueueMetrics:
    """Puts the metric of every queue, as often as is due by the emulator's clock."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._put_for: float | None = None

    def put(self) -> None:
        """Put what is due."""
        now = self._controls.now()
        turn = now // EVERY_SECONDS
        if turn == self._put_for:
            return
        self._put_for, present = turn, time.time()  # queues go by the machine's clock
        for (account, region, _url), queue in part("_queues").all_items():
            waiting = sum(1 for message in list(queue["messages"]) if message.get("visible_at", 0) <= present)
            dimensions = {"QueueName": queue["name"]}
            with part("request_scope")(account, region):
                part("_store_datum")(
                    "AWS/SQS", "ApproximateNumberOfMessagesVisible", dimensions, now, "Count", waiting, None, None, None
                )
