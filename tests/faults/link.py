"""A link between two gateways that drops, delays, cuts in the middle of a byte and goes dead: a relay of bytes."""

import asyncio
import contextlib
import random
import threading
from types import TracebackType
from typing import Self

HANDSHAKE = 4000  # bytes: what a client sends before its request is less, a sealed document is more


class Link:
    """Passes bytes from its own port to another; what it does to them is `mode`, changed at any time."""

    def __init__(self, port: int, to: int, seed: int = 1) -> None:
        self.port, self.to = port, to
        # good | slow | dead (half-open: taken, never passed on) | deaf (answers are lost) | mute (answers to a whole
        # request are lost, those that a handshake needs are not)
        self.mode = "good"
        self.cuts, self.passed = 0, 0
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        async def start() -> asyncio.Server:
            return await asyncio.start_server(self.joined, "127.0.0.1", self.port)

        self._server = self._loop.run_until_complete(start())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self.end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def end(self) -> None:
        self._server.close()
        await self._drop()

    def cut(self) -> None:
        """Cut whatever is open, wherever it is."""
        self.cuts += 1
        asyncio.run_coroutine_threadsafe(self._drop(), self._loop).result(10)

    async def _drop(self) -> None:
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        other: asyncio.StreamWriter | None = None
        try:
            there, other = await asyncio.open_connection("127.0.0.1", self.to)
            asked = [0]
            async with asyncio.TaskGroup() as both:
                both.create_task(self.pass_on(reader, other, asked, answers=False))
                both.create_task(self.pass_on(there, writer, asked, answers=True))
        except (OSError, asyncio.CancelledError, ExceptionGroup):
            pass
        finally:
            self._open.discard(task)
            for one in (writer, other):
                if one is not None:
                    one.transport.abort()

    def held(self, asked: int, answers: bool) -> bool:
        """Whether a piece must wait now."""
        if self.mode == "mute":
            return answers and asked > HANDSHAKE
        return self.mode == "dead" or (self.mode == "deaf" and answers)

    async def pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[int], *, answers: bool
    ) -> None:
        while piece := await reader.read(16_384):
            while self.held(asked[0], answers):  # noqa: ASYNC110 -- set by another thread
                await asyncio.sleep(0.05)
            asked[0] += 0 if answers else len(piece)
            if self.mode == "slow":
                for at in range(0, len(piece), 700):
                    await asyncio.sleep(self._random.random() / 50)
                    writer.write(piece[at : at + 700])
                    await writer.drain()
            else:
                writer.write(piece)
                await writer.drain()
            self.passed += len(piece)
        with contextlib.suppress(OSError):
            writer.write_eof() if writer.can_write_eof() else writer.close()
