"""What a service consumes and publishes."""

import asyncio
import functools
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import anyio
import structlog
from faststream import AckPolicy, FastStream
from faststream.nats import JStream, NatsBroker, NatsMessage, PubAck, PullSub
from faststream.nats.subscriber.usecases import PullStreamSubscriber
from nats.errors import NoRespondersError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError, ServiceUnavailableError
from pydantic import BaseModel

from scenewire.accounting import Account, current_account, measure_threads
from scenewire.bus.admission import require_admission
from scenewire.bus.answering import Answer, answered
from scenewire.bus.backlog import BacklogSource, backlog_of_this_process
from scenewire.bus.client import BusClient
from scenewire.bus.connection import BusAddress, make_broker
from scenewire.bus.consuming.batch_consumer import BatchHandler, BatchLoop
from scenewire.bus.consuming.delivery import DeliveryPolicy
from scenewire.bus.consuming.ended_projects import EndedProjects
from scenewire.bus.consuming.received import current_delivery
from scenewire.bus.metrics import bus_metrics, message_metrics
from scenewire.bus.publishing import PUBLISH_TIMEOUT_S, body_limit, message_headers, publish_errors, require_body_fits
from scenewire.bus.traces import MessageTraces
from scenewire.errors import FailureCode, PermanentError, TransientError
from scenewire.failpoints import Point, failpoint, is_armed
from scenewire.messages import Accounted, Message, Progress, ScriptRequested, StoredMessage
from scenewire.messages.headers import CONTENT_TYPE
from scenewire.observability.health import Check, Health, State
from scenewire.observability.http_endpoint import monitor_of_this_process
from scenewire.observability.logging_setup import configure_logs
from scenewire.observability.loop_watchdog import LoopWatchdog
from scenewire.observability.tracing import Tracing
from scenewire.processes.measured_children import measure_children
from scenewire.settings import AdmissionSettings, ServiceSettings
from scenewire.topology import PIPELINE, RETRY, Durable, Retry, Stream, progress_subject

__all__ = ["Bus"]

MessageT = TypeVar("MessageT", bound=BaseModel)
Handler = Callable[..., Awaitable[None]]
Hook = Callable[[], Awaitable[None]]
StoredHandler = Callable[[StoredMessage], Awaitable[None]]

_FETCH_TIMEOUT_S: Final = 5.0
"""How long one pull request waits for a message."""

_PROVISION_POLL_S: Final = 0.5
_ANSWER_TIMEOUT_S: Final = 2.0

log = structlog.get_logger(__name__)


class Bus:
    """A service's side of the bus: subscribe while the service is built, publish while it runs.

    Args:
        service: the service's name, for logs and connections.
        settings: the bus and its login.
        retry: when failed messages are redelivered.
    """

    def __init__(self, service: str, settings: ServiceSettings, *, retry: Retry = RETRY) -> None:
        self._service = service
        self._settings = settings
        self._inbox_prefix = BusAddress.from_settings(settings).inbox_prefix
        self._tracing = Tracing(service, settings)
        self._traces = MessageTraces(self._tracing)
        self._policy = DeliveryPolicy(retry=retry, traces=self._traces)
        self._ended = EndedProjects()
        self._batches: list[BatchLoop] = []
        self._batches_ready: Hook | None = None
        self._starting_batches: asyncio.Task[None] | None = None
        self._on_start: list[Hook] = []
        self._before_stop: list[Hook] = []
        self._on_stop: list[Hook] = []
        self._backlog: Callable[[JetStreamContext], BacklogSource] | None = None
        self._backlog_source: BacklogSource | None = None
        self._health = Health(service)
        self._watchdog = LoopWatchdog(
            service, settings.event_loop_timeout.total_seconds(), announce=settings.log_file is not None
        )
        self.broker: Final[NatsBroker] = make_broker(
            service, settings, middlewares=[self._policy, message_metrics(service)]
        )
        self.stream: Final = JStream(PIPELINE.name, declare=False)

    def subscribe(self, durable: Durable, *, loops: int = 1) -> Callable[[Handler], None]:
        """Registers a handler of one message type on a durable.

        Args:
            durable: the consumer.
            loops: how many messages this process handles at once. Each has a pull loop of its own, so that no message
                waits in a loop without heartbeat.
        """

        def register(handler: Handler) -> None:
            @functools.wraps(handler)
            async def handle(**message: Any) -> None:  # one message, under the name of the handler's parameter
                await self._handle(durable, functools.partial(handler, **message))

            self._consume(durable, handle, loops=loops)

        return register

    def subscribe_stored(self, durable: Durable, *, loops: int = 1) -> Callable[[StoredHandler], None]:
        """Registers a handler of every message of a durable, whatever its type; the handler reads the body itself.

        Args:
            durable: the consumer.
            loops: how many messages this process handles at once.
        """

        def register(handler: StoredHandler) -> None:
            async def handle(_message: NatsMessage) -> None:
                await self._handle(durable, functools.partial(handler, current_delivery().message))

            self._policy.lenient.add(durable.name)
            self._consume(durable, handle, loops=loops, decoder=_undecoded)

        return register

    def _consume(self, durable: Durable, handle: Handler, *, loops: int, **options: Any) -> None:
        self._policy.durables[durable.name] = durable
        subscribed: Any = handle
        for loop in range(loops):
            subscribed = self.broker.subscriber(
                durable.subjects[0],  # the durable, which exists, decides which messages come
                stream=self.stream,
                durable=durable.name,
                inbox_prefix=f"{self._inbox_prefix}.".encode(),
                pull_sub=PullSub(batch_size=1, timeout=_FETCH_TIMEOUT_S),
                ack_policy=AckPolicy.NACK_ON_ERROR,
                include_in_schema=loop == 0,
                **options,
            )(subscribed)

    async def _handle(self, durable: Durable, handler: Hook) -> None:
        delivery = current_delivery()
        delivery.handler_entered = True
        project_id, revision = delivery.message.project_id, delivery.message.revision
        with (
            structlog.contextvars.bound_contextvars(
                durable=durable.name, project_id=str(project_id), scene_number=delivery.message.scene_number
            ),
            self._traces.handling(
                durable, delivery.message, deliveries=delivery.raw.metadata.num_delivered
            ) as delivery.trace_context,
        ):
            failpoint(Point.FETCHED)
            attempt = functools.partial(_timed, durable, handler)
            if project_id is None or not durable.is_work:
                await self._policy.work(attempt, delivery)
            elif self._ended.includes(project_id, revision):
                log.info("project_has_ended")
            else:
                await self._announce(durable, project_id)
                delivery.account = account = Account(self._service, deliveries=delivery.raw.metadata.num_delivered)
                with account.open():
                    work = functools.partial(self._policy.work, attempt, delivery)
                    await self._ended.work(lambda: account.measured(work()), project_id, revision)
            failpoint(Point.PUBLISHED)
            if is_armed(Point.ACKNOWLEDGED):
                await delivery.raw.ack_sync()  # FastStream acknowledges after this, and not twice
                failpoint(Point.ACKNOWLEDGED)

    def subscribe_batches(
        self, durable: Durable, *, size: int, ready: Hook | None = None
    ) -> Callable[[BatchHandler], None]:
        """Registers a handler of whole batches.

        Args:
            durable: the consumer.
            size: most messages in a batch.
            ready: returns when the handler can take the first batch; the service runs meanwhile.
        """
        self._policy.durables[durable.name] = durable
        self._batches_ready = ready

        def register(handler: BatchHandler) -> None:
            earlier = itertools.count()

            async def handle(batch: Sequence[StoredMessage]) -> None:
                with structlog.contextvars.bound_contextvars(durable=durable.name), self._traces.batch(durable, batch):
                    if next(earlier):
                        failpoint(Point.ACKNOWLEDGED)  # this batch was asked for after the acks of the one before
                    failpoint(Point.FETCHED)
                    await handler(batch)
                    failpoint(Point.PUBLISHED)

            self._batches.append(BatchLoop(durable, handle, size=size, retry=self._policy.retry))

        return register

    def answer(self, subject: str) -> Callable[[Answer], None]:
        """Registers the handler of requests on a subject: core NATS, each request reaches one replica of the service.

        The handler takes the request's body and returns the reply, a JSON object. A failure is answered with its code, its
        message and its hint.
        """

        def register(handler: Answer) -> None:
            reply = answered(handler, subject, service=self._service, retry=self._policy.retry)
            self.broker.subscriber(subject, queue=self._service, decoder=_undecoded)(reply)

        return register

    async def publish(self, message: ScriptRequested | Message) -> PubAck:
        """Stores a message, with the work of the running handler since its last one, and returns after the PubAck.

        The server drops a repetition and acknowledges it.

        Raises:
            PermanentError: `message_too_large`, nothing was sent.
            TransientError: `storage_full`, `bus_unavailable` or `bus_not_provisioned`.
        """
        failpoint(Point.STORED)
        if isinstance(message, Accounted) and (account := current_account()) is not None:
            work = account.take()
            message = message.model_copy(update={"work": work})
            log.debug("worked", subject=message.subject, seconds=work.wall_s, reused=work.is_reused)
        body = message.model_dump_json().encode()
        require_body_fits(message.subject, body, body_limit(self._policy.max_payload))
        with publish_errors(message.subject), self._traces.publishing(message, message_headers(message)) as headers:
            ack: PubAck = await self.broker.publish(
                body,
                message.subject,
                stream=PIPELINE.name,
                timeout=PUBLISH_TIMEOUT_S,
                headers=headers,
            )
        log.debug("published", subject=message.subject, sequence=ack.seq, duplicate=bool(ack.duplicate))
        return ack

    async def require_admission(self, limits: AdmissionSettings) -> None:
        """Refuses a new order; see `scenewire.bus.admission`.

        Args:
            limits: when orders are refused.

        Raises:
            TransientError: `rate_limited` or `storage_full`.
        """
        await require_admission(self._jetstream, limits, self._settings.artifacts_url)

    async def report(self, progress: Progress) -> None:
        """Publishes progress; it is not stored and may be lost."""
        subject = progress_subject(progress.stage)
        try:
            body = progress.model_dump_json().encode()
            require_body_fits(subject, body, body_limit(self._policy.max_payload))
            await self.broker.publish(body, subject, headers={CONTENT_TYPE: "application/json"})
        except Exception as error:  # noqa: BLE001 - telemetry never stops the work
            log.debug("progress_lost", error=repr(error))

    def announce(self, **uses: object) -> None:
        """Logs what the service uses, where that shows only when it starts.

        Args:
            uses: the engines, providers and devices that were selected.
        """
        log.info("service_uses", service=self._service, **uses)

    async def is_answered(self, subject: str) -> bool:
        """Returns whether a connected service answers requests on a subject."""
        try:
            await (await self.broker.connect()).request(subject, timeout=_ANSWER_TIMEOUT_S)
        except (NoRespondersError, TimeoutError):
            return False
        return True

    async def client(self) -> BusClient:
        """Returns the service's connection, to read the stream with."""
        return BusClient(await self.broker.connect(), self._traces)

    def derived_project_id(self) -> UUID:
        """Returns the project id for the order in flight if it does not name one."""
        return current_delivery().message.derived_project_id

    def is_deleted(self, project_id: UUID) -> bool:
        """Returns whether the stream holds the deletion of a project, as far as it has been received.

        Only for services with a durable of work.
        """
        return self._ended.includes_deletion(project_id)

    async def count_subjects(self, pattern: str) -> int:
        """Returns how many subjects that match a pattern hold a message."""
        info = await self._jetstream.stream_info(PIPELINE.name, subjects_filter=pattern)
        return len(info.state.subjects or {})

    async def last_sequence(self, pattern: str) -> int:
        """Returns the stream sequence of the last message on the subjects that match a pattern."""
        return (await self._jetstream.get_last_msg(PIPELINE.name, pattern)).seq or 0

    async def last_message(self, subject: str, model: type[MessageT]) -> MessageT:
        """Returns the last stored message of a subject.

        Raises:
            PermanentError: `artifact_missing`, the stream holds none.
        """
        try:
            stored = await self._jetstream.get_last_msg(PIPELINE.name, subject)
        except NotFoundError as error:
            raise PermanentError(
                FailureCode.ARTIFACT_MISSING,
                f"the stream holds no message on {subject}",
                hint="it may be older than the stream's age limit; order again",
            ) from error
        return model.model_validate_json(stored.data or b"")

    def on_start(self, hook: Hook) -> None:
        """Registers a hook that runs before the first message is fetched."""
        self._on_start.append(hook)

    def before_stop(self, hook: Hook) -> None:
        """Registers a hook that runs while the bus can still be used."""
        self._before_stop.append(hook)

    def on_stop(self, hook: Hook) -> None:
        """Registers a hook that runs after the last message was handled."""
        self._on_stop.append(hook)

    def export_backlog(self, *durables: Durable, streams: Sequence[Stream] = (), reads_directly: bool = True) -> None:
        """Exports what waits on the bus as metrics; see `scenewire.bus.backlog`.

        Args:
            durables: those whose messages are counted. The service's user must be allowed to ask for them.
            streams: those whose size is measured.
            reads_directly: whether the user reads messages by DIRECT.GET, not by STREAM.MSG.GET.
        """
        self._backlog = functools.partial(
            BacklogSource, durables=durables, streams=tuple(streams), reads_directly=reads_directly
        )

    def require(self, name: str, check: Check) -> None:
        """Adds a requirement of the service besides the bus; see `/healthz`.

        Args:
            name: such as `database`.
            check: raises when it is not met.
        """
        self._health.require(name, check)

    def app(self, **uses: object) -> FastStream:
        """Returns the service, ready to run: `faststream run <module>:create_app --factory`.

        Args:
            uses: the engines and providers that were selected, for the log.
        """
        settings = self._settings
        configure_logs(
            level=settings.log_level,
            style=settings.log_format,
            file=settings.log_file,
            file_size=settings.log_file_size,
            files=settings.log_files,
        )
        if uses:
            self.announce(**uses)
        return FastStream(
            self.broker,
            logger=None,
            on_startup=[self._measure, self._join_monitor, self._attach, *self._on_start],
            after_startup=[self._start_batches, self._mark_running],
            on_shutdown=[*self._before_stop, self._stop_work, self._stop_batches],
            after_shutdown=[self._ended.close, self._leave_monitor, *self._on_stop],
        )

    async def _measure(self) -> None:
        measure_threads()
        measure_children()

    async def _join_monitor(self) -> None:
        self._health.require("bus", self._is_connected)
        for durable in self._policy.durables.values():
            self._health.require(f"durable {durable.name}", functools.partial(self._consumes, durable))
        monitor_of_this_process().join(self._health, self._settings)
        self._tracing.start()
        self._watchdog.start()

    async def _mark_running(self) -> None:
        self._health.state = State.RUNNING
        if self._backlog is not None and self._settings.monitor_port is not None:
            self._backlog_source = self._backlog(self._jetstream)
            backlog_of_this_process().add(self._backlog_source)

    async def _leave_monitor(self) -> None:
        self._watchdog.stop()
        if self._backlog_source is not None:
            backlog_of_this_process().remove(self._backlog_source)
        await monitor_of_this_process().leave(self._health)
        self._tracing.stop()

    async def _is_connected(self) -> None:
        if not (await self.broker.connect()).is_connected:
            raise TransientError(FailureCode.BUS_UNAVAILABLE, "not connected")

    async def _consumes(self, durable: Durable) -> None:
        """Checks that a durable exists and that the loops poll it: a pull on a deleted durable does not fail."""
        try:
            await self._jetstream.consumer_info(durable.stream, durable.name)
        except (NotFoundError, ServiceUnavailableError) as error:
            raise TransientError(FailureCode.BUS_NOT_PROVISIONED, "not provisioned") from error
        waiting = self._starting_batches is not None and not self._starting_batches.done()
        polling = all(loop.running for loop in self.broker.subscribers) and (
            waiting or all(loop.running for loop in self._batches)
        )
        if self._health.state is State.RUNNING and not polling:
            raise TransientError(FailureCode.BUS_UNAVAILABLE, "a loop has ended")

    async def _stop_work(self) -> None:
        self._health.state = State.STOPPING
        for subscriber in self.broker.subscribers:
            if isinstance(subscriber, PullStreamSubscriber):
                subscriber.running = False
        await self._policy.drain(self._settings.drain_time.total_seconds())

    async def _start_batches(self) -> None:
        self._starting_batches = asyncio.create_task(self._start_batches_when_ready())

    async def _start_batches_when_ready(self) -> None:
        if self._batches_ready is not None:
            await self._batches_ready()
        for batches in self._batches:
            batches.start(self._jetstream)

    async def _stop_batches(self) -> None:
        if self._starting_batches is not None:
            self._starting_batches.cancel()
            await asyncio.gather(self._starting_batches, return_exceptions=True)
        for batches in self._batches:
            await batches.stop(self._settings.drain_time.total_seconds())

    async def _attach(self) -> None:
        """Connects and waits until the service's durables exist: a missing one would fail the start."""
        self._policy.attach(await self.broker.connect())
        waiting = False
        for durable in self._policy.durables.values():
            while True:
                try:
                    info = await self._jetstream.consumer_info(durable.stream, durable.name)
                    break
                except (NotFoundError, ServiceUnavailableError):
                    if not waiting:
                        log.warning(
                            "bus_not_provisioned", missing=durable.name, hint="python -m scenewire.bus provision"
                        )
                        waiting = True
                    await anyio.sleep(_PROVISION_POLL_S)
            if self._settings.is_alone and info.delivered is not None:
                self._policy.interruptions.forgive_earlier(durable.name, info.delivered.stream_seq)
        if any(durable.is_work for durable in self._policy.durables.values()):
            await self._ended.listen(await self.broker.connect())

    async def _announce(self, durable: Durable, project_id: UUID) -> None:
        scene_number = current_delivery().message.scene_number
        await self.report(
            Progress(project_id=project_id, stage=durable.name, scene_number=scene_number, state="started")
        )

    @property
    def _jetstream(self) -> JetStreamContext:
        return self._policy.jetstream


async def _undecoded(message: NatsMessage) -> None:
    """Leaves decoding to the handler, so that it can answer a body that cannot be decoded."""


async def _timed(durable: Durable, attempt: Callable[[], Awaitable[None]]) -> None:
    started = time.perf_counter()
    status = "stopped"
    try:
        await attempt()
        status = "handled"
    except Exception:
        status = "failed"
        raise
    finally:
        bus_metrics().handled.labels(durable.name, status).observe(time.perf_counter() - started)
