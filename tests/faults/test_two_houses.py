"""R15: two houses, a link that is cut, processes killed: each received once, both ledgers agree [5.1.3] [5.2.1]

`make prove-exchange`; JINGUI_EXCHANGE says how many documents (150), JINGUI_EXCHANGE_CUTS how often the link is cut.
"""

import os
from typing import Any

import pytest

from tests.faults.exchange import Exchange, Party, exchanged, parties

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def long(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.option.markexpr == "faults")


def agreed(sender: dict[str, Any], receiver: dict[str, Any]) -> list[str]:
    """What the two houses do not say alike, message by message; empty when each was received and receipted once."""
    wrong = []
    for message, out in sender["sent"].items():
        rows = receiver["taken"].get(message, [])
        if len(rows) != 1:
            wrong.append(f"{message}: {len(rows)} times at the receiver")
            continue
        (came,) = rows
        receipt = out["receipt"] or {}
        for name, right in {
            "state": (out["state"], came["state"]) == ("receipted", "taken"),
            "digest": out["digest"] == came["digest"] == came["content"] == receipt.get("digest"),
            "receipt": out["bytes"] == came["bytes"] and receipt.get("message") == message,
            "receiver's entry": came["verb"] == "receive" and came["named"] and receipt.get("entry") == came["entry"],
            "sender's entry": out["verb"] == "take_receipt" and out["says"].startswith(f"{message} receipted"),
            "order": out["made"] <= came["at"] <= out["at"],
            "placed": out["placed"] and came["placed"],
            "records": came["records"] == 2,
        }.items():
            if not right:
                wrong.append(f"{message}: {name}: {out} {came}")
    wrong += [f"{message}: nobody sent it" for message in receiver["taken"] if message not in sender["sent"]]
    return wrong


def test_two_houses_agree_whatever_the_link_does(long: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Shared on both sides, cut, killed: received once, receipted once, entered alike, nothing of it forged."""
    wanted = int(os.environ.get("JINGUI_EXCHANGE", "150" if long else "24"))
    cuts = int(os.environ.get("JINGUI_EXCHANGE_CUTS", "20" if long else "2"))
    counts = (wanted - wanted // 5, wanted // 5)  # most one way, some back
    with parties(patients=max(4, min(40, wanted // 10))) as both:
        made = exchanged(both, counts, cuts, int(os.environ.get("JINGUI_EXCHANGE_SEED", "5")), 600 + wanted)
        for one in both:
            one.stop()
        seen = [one.run("tests.faults.exchange_seen") for one in both]
        proofs = [one.verified() for one in both]
        for (here, there), count, shared in zip((seen, seen[::-1]), counts, made.shared, strict=True):
            assert set(here["sent"]) == shared
            assert len(here["sent"]) == count
            assert agreed(here, there) == []
            assert here["counts"]["take_receipt allow"] == count
            assert here["counts"].get("take_receipt deny", 0) == 0
        for proof in proofs:
            assert proof["well"], proof["findings"][:5]
        assert made.cuts == cuts
        told(capsys, both, made, seen, proofs)


def told(
    capsys: pytest.CaptureFixture[str], both: tuple[Party, Party], made: Exchange, seen: list[dict[str, Any]],
    proofs: list[dict[str, Any]],
) -> None:  # fmt: skip
    """The figures."""
    sent = [one for house in seen for one in house["sent"].values()]
    attempts = [one["attempts"] for one in sent]
    waits = sorted(one["at"] - one["made"] for one in sent)
    came = sum(one["counts"].get("receive allow", 0) for one in seen)
    page = os.sysconf("SC_PAGE_SIZE") / 1e6
    spent = ", ".join(f"{one:.0f} s" for one in made.sharing)
    memory = [{what: round(n * page) for what, n in one.most.items()} for one in both]
    with capsys.disabled():
        print(
            f"\n{len(sent)} documents in {made.seconds:.0f} s ({len(sent) / made.seconds:.1f}/s; shared in"
            f" {spent}), link cut {made.cuts} times"
            f" ({made.down:.0f} s away, {made.modes}), kills {[one.kills for one in both]}; attempts {sum(attempts)}"
            f" (most {max(attempts)}), deliveries that arrived {came}; to the receipt: median"
            f" {waits[len(waits) // 2]:.1f} s, longest {waits[-1]:.1f} s; doubles 0, lost 0; memory MB"
            f" {memory}; ledgers"
            f" {[(one['entries'], round(one['seconds'], 1)) for one in proofs]} agree"
        )
