"""`jingui demo`: a demonstration hospital on loopback; the first page at once, the hospital's life behind it."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from jingui.cli.demo_people import portals, table
from jingui.cli.demo_places import EXCHANGE, SECOND, house_of, pair, paired
from jingui.cli.running import progress, told
from jingui.cli.words import out, say
from jingui.cluster.children import Child
from jingui.cluster.supervisor import Event, EventKind
from jingui.config import house, plugs
from jingui.config.home import Home, home
from jingui.config.serve import WEB, serve
from jingui.core.errors import Misconfigured
from jingui.core.word import N_
from jingui.demo.play_state import NOTES
from jingui.demo.portals import portal_accounts

READY = '"marked"'  # the notes say so once the first house has its patients: then the second one starts
WAIT = Path(__file__).with_name("demo_wait.py")
OURS = ("db", "keys", "keys-copy", "state", "logs", "files", EXCHANGE, "provider.key", "jingui.toml")


def demo(given: argparse.Namespace) -> int:
    """Run the demonstration until Ctrl-C; everything that was started ends with it."""
    where = settle()
    if given.reset:
        reset(where)
        where = settle()

    beside = second(where)

    def tell(event: Event) -> None:
        told(event)
        if event.kind is EventKind.READY and event.name == WEB:
            for line in (*table(), *portals(portal_accounts(where.state))):
                out(line)
            if beside:
                out(
                    say(
                        N_("第二家医院（{name}）随后在后台启动；在此之前，发给它的资料在传输网关中等候。"),
                        name=house_of("second").name,
                    )
                )

    player = Child(
        name="demo",
        argv=(sys.executable, "-m", "jingui.cli.demo_player"),
        env=house.environment(),
        stop_limit=10,
    )
    return serve(tell, progress, extra=lambda: [player, *beside])


def second(where: Home) -> list[Child]:
    """The house beside this one; none with a database elsewhere, or where it was never laid out."""
    root = where.root / SECOND
    if not paired(where.root):
        return []
    # what the environment says of the first house is not the second one's
    env = {"JINGUI_HOME": str(root), "PORT": "", "JINGUI_KEY_FILE": "", "JINGUI_WORKERS": ""}
    notes = str(where.state / NOTES)
    argv = (sys.executable, "-I", "-S", str(WAIT), notes, READY, sys.executable, "-m", "jingui.cli.demo_second")
    return [Child(name=SECOND, argv=argv, env={**house.environment(), **env}, stop_limit=40)]


def settle() -> Home:
    """The demonstration's home, with its own settings; Misconfigured over a real hospital's home."""
    home.cache_clear()
    where = home()
    path = where.root / "jingui.toml"
    if not path.exists():
        if where.cluster.exists():
            raise Misconfigured(
                N_("该目录中已有正式系统的数据，不能用作演示。"),
                N_("请用 JINGUI_HOME 另选目录。"),
                path=str(where.root),
            )
        where.root.mkdir(mode=0o755, parents=True, exist_ok=True)
        pair(where.root, where.port)
        home.cache_clear()
        where = home()
    if not where.demo:
        raise Misconfigured(
            N_("该目录属于正式系统，不能用作演示。"), N_("请用 JINGUI_HOME 另选目录。"), path=str(where.root)
        )
    if where.host not in ("127.0.0.1", "::1", "localhost"):
        raise Misconfigured(N_("演示医院只能在本机访问。"), N_("请删除 jingui.toml 中的 host。"), host=where.host)
    return where


def reset(where: Home) -> None:
    """Remove the demonstration's data; only of a demonstration, and only what Jingui made there."""
    out(say(N_("删除演示数据：{place}"), place=where.root))
    root = where.root / SECOND
    if root.is_dir() and not root.is_symlink():
        clear(root)
        if not any(root.iterdir()):
            root.rmdir()
    clear(where.root)


def clear(root: Path) -> None:
    """Remove one house: its database first, which may still run."""
    before = os.environ.get("JINGUI_HOME")
    os.environ["JINGUI_HOME"] = str(root)
    home.cache_clear()
    try:
        if home().demo or not (root / "jingui.toml").exists():
            plugs.cluster().remove()
            emptied(root)
    finally:
        os.environ.pop("JINGUI_HOME") if before is None else os.environ.update(JINGUI_HOME=before)
        home.cache_clear()
    plugs.keyring.cache_clear()


def emptied(root: Path) -> None:
    """Remove what Jingui made in a house's folder."""
    for name in OURS:
        path = root / name
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
