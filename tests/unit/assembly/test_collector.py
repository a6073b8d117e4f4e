from uuid import uuid4

from scenewire.messages import SegmentRendered
from scenewire_assembly.segment_collector import Collector
from tests.support.builders import segment_rendered


def matches(subject: str, pattern: str) -> bool:
    tokens, wanted = subject.split("."), pattern.split(".")
    return len(tokens) == len(wanted) and all(w in ("*", t) for t, w in zip(tokens, wanted, strict=True))


class Stream:
    """Messages in order, like a stream."""

    def __init__(self) -> None:
        self.messages: list[SegmentRendered] = []

    def publish(self, message: SegmentRendered) -> int:
        for sequence, known in enumerate(self.messages, start=1):
            if known.message_id == message.message_id:
                return sequence
        self.messages.append(message)
        return len(self.messages)

    async def count_subjects(self, pattern):
        return len({message.subject for message in self.messages if matches(message.subject, pattern)})

    async def last_sequence(self, pattern):
        return max(n for n, message in enumerate(self.messages, 1) if matches(message.subject, pattern))

    async def last_message(self, subject, model):
        return [message for message in self.messages if message.subject == subject][-1]


async def test_the_scene_that_completes_the_set_gets_all_segments_in_order():
    stream, project = Stream(), uuid4()
    collector = Collector(stream)
    scenes = {number: segment_rendered(project, number, 3) for number in (1, 2, 3)}
    assert await collector.complete(scenes[2], stream.publish(scenes[2])) is None
    assert await collector.complete(scenes[3], stream.publish(scenes[3])) is None
    found = await collector.complete(scenes[1], stream.publish(scenes[1]))
    assert found == [scenes[1], scenes[2], scenes[3]]


async def test_only_the_last_segment_completes_the_project_also_on_redelivery():
    stream, project = Stream(), uuid4()
    collector = Collector(stream)
    scenes = [segment_rendered(project, number, 3) for number in (1, 2, 3)]
    sequences = [stream.publish(scene) for scene in scenes]
    answers = [await collector.complete(*pair) for pair in zip(scenes, sequences, strict=True)]
    assert [answer is not None for answer in answers] == [False, False, True]
    again = [await collector.complete(scene, stream.publish(scene)) for scene in scenes]
    assert [answer is not None for answer in again] == [False, False, True]


async def test_another_project_does_not_count():
    stream = Stream()
    collector = Collector(stream)
    stream.publish(segment_rendered(uuid4(), 1, 2))
    own = segment_rendered(uuid4(), 2, 2)
    assert await collector.complete(own, stream.publish(own)) is None
