"""Accounts of what handlers use; whoever uses something charges it to the account of the running handler.

The bus opens an account for every delivery and puts it on the published results. Outside of an account, charges have no
effect, so that code need not know whether it runs in a handler.

Handlers overlap in one process. So processor time is measured where it is spent: the steps of the handler's coroutine and
the functions that it runs in threads by their threads' clocks, child processes by what the system reports of each. Tasks
that a handler starts, callbacks of the event loop and the threads of numeric libraries are not counted.
"""

import asyncio
import os
import socket
import threading
import time
import types
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, ParamSpec, TypeVar
from weakref import WeakSet

from typing_extensions import override

from scenewire.accounting.metrics import account_metrics
from scenewire.messages import ProviderUse, Work

__all__ = ["Account", "charge", "charge_provider", "current_account", "measure_threads", "not_accounted"]

T = TypeVar("T")
P = ParamSpec("P")

_current: ContextVar["Account | None"] = ContextVar("account", default=None)

_SECONDS: Final = ("own_cpu_s", "child_cpu_s", "paused_s")

_measured_loops: Final["WeakSet[asyncio.AbstractEventLoop]"] = WeakSet()


class Account:
    """What the handler of one message uses. Threads may charge it.

    Args:
        service: the service's name.
        deliveries: how often the message was delivered.
    """

    def __init__(self, service: str, *, deliveries: int = 1) -> None:
        self._service = service
        self._deliveries = deliveries
        self._lock = threading.Lock()
        self._step_started: float | None = None
        self._begin()

    def _begin(self) -> None:
        self._started_at, self._started = datetime.now(UTC), time.monotonic()
        self._amounts: dict[str, float] = {}
        self._providers: dict[tuple[str, str], ProviderUse] = {}

    def charge(self, **amounts: float) -> None:
        """Adds amounts, by the names of the fields of `Work`."""
        account_metrics().count(self._service, amounts)
        with self._lock:
            for name, amount in amounts.items():
                self._amounts[name] = self._amounts.get(name, 0) + amount

    def charge_provider(self, use: ProviderUse) -> None:
        """Adds what a provider was asked for."""
        account_metrics().count_provider(self._service, use)
        with self._lock:
            key = use.provider, use.model
            earlier = self._providers.get(key)
            self._providers[key] = use if earlier is None else _sum(earlier, use)

    def take(self) -> Work:
        """Returns what was used since the account was opened or taken last, so that nothing counts twice."""
        if self._step_started is not None:
            self._end_step()
            self._step_started = time.thread_time()
        with self._lock:
            seconds = {name: round(self._amounts.pop(name, 0.0), 6) for name in _SECONDS}
            work = Work(
                service=self._service,
                worker=f"{socket.gethostname()}:{os.getpid()}",
                started_at=self._started_at,
                wall_s=round(time.monotonic() - self._started, 6),
                deliveries=self._deliveries,
                providers=tuple(self._providers.values()),
                **seconds,
                **{name: int(amount) for name, amount in self._amounts.items()},
            )
            self._begin()
        return work

    @contextmanager
    def open(self) -> Iterator[None]:
        """Charges this account in the block, in the tasks and threads that it starts, and for the children that it starts."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    @types.coroutine
    def measured(self, work: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Runs a coroutine and charges the processor time of its steps."""
        step: Callable[[Any], Any] = work.send
        value: Any = None
        while True:
            self._step_started = time.thread_time()
            try:
                awaited = step(value)
            except StopIteration as result:
                return result.value  # type: ignore[no-any-return]
            finally:
                self._end_step()
            try:
                step, value = work.send, (yield awaited)
            except BaseException as error:  # noqa: BLE001 - the coroutine decides what becomes of it
                step, value = work.throw, error

    def _end_step(self) -> None:
        if self._step_started is not None:
            self.charge(own_cpu_s=time.thread_time() - self._step_started)
            self._step_started = None

    def measured_call(self, function: Callable[P, T]) -> Callable[P, T]:
        """Returns a function that charges the processor time of its thread."""

        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            started = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                self.charge(own_cpu_s=time.thread_time() - started)

        return call


def current_account() -> Account | None:
    """Returns the account of the running handler; None outside of handlers."""
    return _current.get()


def charge(**amounts: float) -> None:
    """Charges amounts, by the names of the fields of `Work`, to the account of the running handler."""
    if (account := _current.get()) is not None:
        account.charge(**amounts)


def charge_provider(use: ProviderUse) -> None:
    """Charges what a provider was asked for to the account of the running handler."""
    if (account := _current.get()) is not None:
        account.charge_provider(use)


@contextmanager
def not_accounted() -> Iterator[None]:
    """Charges nothing in the block: for processes that outlive the message they were started for."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


class _MeasuringExecutor(ThreadPoolExecutor):
    """Charges what functions use to the account that is open where they are submitted."""

    @override
    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        account = _current.get()
        return super().submit(fn if account is None else account.measured_call(fn), *args, **kwargs)


def measure_threads() -> None:
    """Has `asyncio.to_thread` charge the processor time of threads, in the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _measured_loops:
        _measured_loops.add(loop)
        loop.set_default_executor(_MeasuringExecutor(thread_name_prefix="asyncio"))


def _sum(first: ProviderUse, second: ProviderUse) -> ProviderUse:
    """Adds two uses of a model; a sum with an unknown part is unknown."""

    def total(name: str) -> Any:
        parts = getattr(first, name), getattr(second, name)
        return None if None in parts else sum(parts)

    counted = ("requests", "input_tokens", "output_tokens", "characters", "money")
    return first.model_copy(update={name: total(name) for name in counted})
