"""Tasks a killed worker had taken: given back at once, not after the broker's visibility timeout of hours.

Only right where we know that nobody else consumes these queues, so only with the embedded broker.
"""

from collections.abc import Collection, Mapping
from typing import Any

from kombu import Connection
from kombu.utils.json import loads


def give_back_taken_tasks(broker_url: str, queues: Collection[str], options: Mapping[str, Any]) -> int:
    """Put unacknowledged messages of these queues back. Answers how many."""
    with Connection(broker_url, transport_options=dict(options)) as broker:
        channel: Any = broker.default_channel  # a Redis channel: the types know only what all brokers share
        taken = channel.client.hgetall(channel.unacked_key)
        tags = [tag.decode() for tag, message in taken.items() if loads(message.decode())[2] in queues]
        for tag in tags:
            channel.qos.restore_by_tag(tag, client=channel.client, leftmost=True)
    return len(tags)
