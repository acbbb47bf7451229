"""二（二）3 停机应急: the PIN that opens a ward's station, kept as a slow hash, encrypted [2.2.3] [6.1.2]"""

import os
from datetime import datetime

from django.db import transaction

from jingui.core.downtime import OfflinePin, pin_wrong
from jingui.core.errors import Invalid, Refused
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Role, Strength
from jingui.crypto import pin
from jingui.gate import settings
from jingui.gate.registry import Done
from jingui.gate.rows import locked
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Account

OPENERS = frozenset({Role.PHYSICIAN, Role.NURSE, Role.DUTY_ADMINISTRATOR})
KEEP_SQL = """INSERT INTO mark (name, value, at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET value = excluded.value, at = excluded.at"""
KEPT_SQL = "SELECT value, at FROM mark WHERE name = $1::text"


def name(account: int) -> str:
    """Where an account's PIN is kept; bound into its ciphertext, so none can be put in another's place."""
    return f"offline:{account}"


def set_pin(context: WriteContext, permit: Permit, data: OfflinePin) -> Done:
    """Set or end the actor's own PIN, in a two-factor session; stations know of it with their next summary."""
    actor = permit.operation.actor
    if actor.strength is not Strength.TWO_FACTOR:
        raise Refused(N_("设置应急 PIN 须先用第二因素登录。"), clauses=("6.1.2",), reason="strength")
    locked(context, Account, actor.account)
    value = ""
    if data.pin:
        wrong = pin_wrong(data.pin, settings.number(context.runtime, context.epoch, "offline_pin_digits"))
        if wrong:
            raise Invalid(places=(("pin", wrong),))
        kept = pin.verifier(data.pin, os.urandom).encode()
        value = context.runtime.vault.seal_note(name(actor.account), kept).hex()
    raw(KEEP_SQL, name(actor.account), value, permit.at)
    return Done(value=bool(value), note=b"offline-pin" if value else b"offline-pin ended")


def since(account: int) -> datetime | None:
    """Since when the account has a PIN, None when it has none."""
    with transaction.atomic():
        rows = raw(KEPT_SQL, name(account))
    return rows[0][1] if rows and rows[0][0] else None
