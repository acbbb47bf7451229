"""五（一）1: the relay put together: a spool and a lane for each feed, all bound before anything is taken [5.1.1]"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from jingui.core.errors import Conflict, JinguiError, Misconfigured
from jingui.core.word import N_
from jingui.relay import mllp, web
from jingui.relay.carry import Lane, Line, encrypted
from jingui.relay.files import Folder
from jingui.relay.places import Feed, Places
from jingui.relay.spool import Room, Spool, sealing

log = logging.getLogger(__name__)
SPOOL: Final = "spool"
LOCK: Final = "relay.lock"


def lanes(places: Places) -> dict[str, tuple[Feed, Lane]]:
    """A lane for each feed; KeyTrouble or Misconfigured when something of it cannot be used."""
    cipher, room, tls = sealing(places.root), Room(places.most), encrypted(places)
    return {
        feed.name: (
            feed,
            Lane(Spool(places.root / SPOOL, feed.name, cipher, room), Line(house=places.house, tls=tls),
                 patience=timedelta(hours=places.patience), now=now),
        )
        for feed in places.feeds
    }  # fmt: skip


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """One relay in a folder at a time; Conflict for a second one."""
    import fcntl

    with (root / LOCK).open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Conflict(N_("这个文件夹的中继已在运行。"), N_("请先停止它。")) from error
        yield


@contextmanager
def running(places: Places) -> Iterator[dict[str, Lane]]:
    """The whole relay, until the block ends; what waits then waits for the next start."""
    stop = threading.Event()
    threads: list[threading.Thread] = []
    with ExitStack() as stack:
        stack.enter_context(alone(places.root))
        made = lanes(places)
        servers = [server(feed, lane) for feed, lane in made.values() if feed.kind in LISTENS]
        looks = [looker(places, feed, lane) for feed, lane in made.values() if feed.kind not in LISTENS]
        for one in servers:
            stack.callback(one.server_close)
            threads.append(threading.Thread(target=one.serve_forever, args=(0.2,), daemon=True))
            stack.callback(one.shutdown)
        threads += [threading.Thread(target=lane.run, args=(stop,), daemon=True) for _feed, lane in made.values()]
        threads += [threading.Thread(target=each, args=(stop,), daemon=True) for each in looks]
        for thread in threads:
            thread.start()
        stack.callback(stop.set)
        yield {name: lane for name, (_feed, lane) in made.items()}


def server(feed: Feed, lane: Lane) -> Any:
    """What listens for a feed; Misconfigured when its address is taken."""
    try:
        return LISTENS[feed.kind](feed, lane)
    except OSError as error:
        raise Misconfigured(N_("地址已被占用。"), where=f"{feed.name}.listen") from error


LISTENS: Final[dict[str, Callable[[Feed, Lane], Any]]] = {"mllp": mllp.Server, "http": web.Server}


def looker(places: Places, feed: Feed, lane: Lane) -> Callable[[threading.Event], None]:
    """What looks into a folder or view again and again."""
    look = LOOKS[feed.kind](places, feed, lane)

    def again(stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                while look() and not stop.is_set():
                    pass
            except (JinguiError, OSError) as error:
                lane.problem = getattr(error, "code", type(error).__name__)
                log.warning("relay %s: %s", feed.name, lane.problem)
            stop.wait(feed.every)

    return again


def of_folder(_places: Places, feed: Feed, lane: Lane) -> Callable[[], int]:
    """Looks into a folder."""
    return Folder(feed, lane).look


def of_view(places: Places, feed: Feed, lane: Lane) -> Callable[[], int]:
    """Looks into a view."""
    from jingui.relay.view import View  # a relay without one needs no driver

    return View(feed, lane, places.root / SPOOL / feed.name / "view.state").look


LOOKS: Final[dict[str, Callable[[Places, Feed, Lane], Callable[[], int]]]] = {"csv": of_folder, "view": of_view}


def now() -> datetime:
    """This host's clock."""
    return datetime.now(UTC)
