"""Builds the gate's equipment for this process from the installation's keys and rules."""

import os
from datetime import UTC, datetime

import django

from jingui.config import backup_work, stamp, surroundings
from jingui.config.home import home
from jingui.config.plugs import keyring


def ready() -> None:
    """Make Django's models usable in this process."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jingui.config.settings")
    django.setup()


def runtime(policy: int = 1) -> "Runtime":
    """The gate's equipment for this process (after `ready`)."""
    keys = keyring()
    clock = Clock(lambda: datetime.now(UTC), leap=None if home().demo else BELIEVED)
    sessions.install(keys.suite.cipher(keys.key("session")), keys.suite.digest, clock.now)
    backups.install(backup_work.Keeper())
    return Runtime(
        suite=keys.suite,
        keyring=keys,
        sealer=Sealer(keys.row_mac),
        vault=Vault(keys),
        ids=keys.ids,
        decider=Decider.load(policy),
        origin=home().origin,
        institution=home().institution,
        institution_en=home().institution_en,
        public_address=home().public,
        stamp=stamp.reader(home(), keys),
        surroundings=surroundings.facts,
        disks=surroundings.disks,
        clock=clock,
    )


ready()
# Models exist only after Django is ready, and these modules need them.
from jingui.gate import backups  # noqa: E402 -- needs Django ready
from jingui.gate.runtime import BELIEVED, Clock, Runtime  # noqa: E402 -- needs Django ready
from jingui.policy.decide import Decider  # noqa: E402 -- needs Django ready
from jingui.store import sessions  # noqa: E402 -- needs Django ready
from jingui.store.seals import Sealer  # noqa: E402 -- needs Django ready
from jingui.store.vault import Vault  # noqa: E402 -- needs Django ready
