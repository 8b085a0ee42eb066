"""A task that a killed worker had taken comes back at once; those of living workers stay theirs."""

import pytest
from kombu import Connection, Consumer, Queue

from searchsite.supervision.queues import give_back_taken_tasks
from searchsite.supervision.valkey import EmbeddedValkey

OPTIONS = {"unacked_restore_interval": 3600, "visibility_timeout": 3600}


@pytest.fixture
def broker_url(open_folder):
    server = EmbeddedValkey(open_folder / "valkey")
    yield server.start()
    server.stop()


def publish(broker, queue, body):
    broker.SimpleQueue(queue).put(body)


def take_and_vanish(broker, queue):
    """Receive without acknowledging, as a worker does that is then killed."""
    channel = broker.channel()
    channel.qos.restore_at_shutdown = False
    taken = []
    with Consumer(channel, Queue(queue), callbacks=[lambda body, message: taken.append(body)], accept=["json"]):
        broker.drain_events(timeout=5)
    channel.qos._delivered.clear()
    return taken


def waiting(broker, queue):
    return broker.default_channel.client.llen(queue)


def test_taken_tasks_of_the_named_queues_come_back(broker_url):
    with Connection(broker_url, transport_options=OPTIONS) as broker:
        for queue in ("cpu", "gpu"):
            publish(broker, queue, {"任务": queue})
            assert take_and_vanish(broker, queue) == [{"任务": queue}]
            assert waiting(broker, queue) == 0
        assert give_back_taken_tasks(broker_url, ("gpu", "train"), OPTIONS) == 1
        assert (waiting(broker, "cpu"), waiting(broker, "gpu")) == (0, 1)
        assert give_back_taken_tasks(broker_url, ("gpu", "train"), OPTIONS) == 0, "once"
        assert take_and_vanish(broker, "gpu") == [{"任务": "gpu"}]


def test_an_empty_broker_gives_nothing_back(broker_url):
    assert give_back_taken_tasks(broker_url, ("cpu",), OPTIONS) == 0
