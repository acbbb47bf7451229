"""一（三）3, 四（一）2: checkpoints, places and proofs over HTTP [1.3.3] [4.1.2]"""

import asyncio
import json
import time
from typing import Any

import pytest

from jingui.core.operation import Target
from jingui.core.words import Purpose, Verb
from jingui.crypto import note, proof
from tests.api.client import token_for
from tests.gate.test_door import bundle
from tests.hospital import Hospital


def call(
    path: str, *, query: str = "", token: str = "", method: str = "GET", language: str = ""
) -> tuple[int, dict[bytes, bytes], bytes]:
    """One request straight into the ASGI application, on the data plane's loop."""
    from jingui.api import ledger
    from jingui.gate import plane

    sent: list[dict[str, Any]] = []
    headers = [(b"host", b"localhost"), (b"accept-language", language.encode())]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(), "headers": headers,
        "client": ("127.0.0.1", 1), "scheme": "http",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run_coroutine_threadsafe(ledger.handle(scope, receive, send), plane.current().loop).result(20)
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.fixture(scope="module")
def entry(hospital: Hospital) -> str:
    """The placed entry of one read."""
    from jingui.gate import door

    made = hospital.enter("his", *bundle("周台账", "00660001"), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    number, record = hospital.runtime.ids.internal(made[2].id)
    done = door.sheet(hospital.operation("doctor", Verb.READ, target=Target(patient=number, record=record))).trace.entry
    status, _, _ = call(f"/ledger/entry/{done}")
    assert status in (200, 202)
    for _ in range(100):
        if call(f"/ledger/entry/{done}")[0] == 200:
            return done
        time.sleep(0.05)
    raise AssertionError("never placed")


@pytest.fixture(scope="module")
def auditor(hospital: Hospital) -> str:
    """A token of the audit administrator."""
    return token_for(hospital, hospital.actors["audit"])


def test_the_strip_gets_what_it_expects(entry: str) -> None:
    status, headers, body = call(f"/ledger/entry/{entry}")
    answer = json.loads(body)
    assert status == 200
    assert headers[b"cache-control"] == b"no-store"
    assert set(answer) == {"index", "size", "time", "checkpoint", "key", "proof"}
    assert answer["size"] > answer["index"] >= 0
    proof.check_entry(answer["proof"], [note.parse_key(answer["key"])])
    head = json.loads(answer["proof"]["head"])
    assert head["id"] == entry
    assert not {"person", "account", "patient", "session"} & set(head)


def test_checkpoint_key_and_consistency_are_public(entry: str, hospital: Hospital) -> None:
    key = note.parse_key(call("/ledger/key")[2].decode().strip())
    text, _ = note.verify(call("/ledger/checkpoint")[2].decode(), [key])
    size = int(text.split("\n")[1])
    old = hospital.sql("SELECT min(size) FROM checkpoint")[0][0]
    for query in (f"from={old}", f"from={old}&to={size}"):
        status, _, body = call("/ledger/consistency", query=query)
        assert status == 200
        proof.check_consistency(json.loads(body), [key])
    receipt = json.loads(call(f"/ledger/receipt/{entry}")[2])
    proof.check_receipt(receipt, [key])


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/ledger/", "", 404), ("/ledger/nothing", "", 404), ("/ledger/entry/x", "", 400), ("/ledger/entry/", "", 400),
        ("/ledger/entry/01980000-0000-7000-8000-000000000000", "", 404), ("/ledger/consistency", "", 400),
        ("/ledger/consistency", "from=-1", 400), ("/ledger/consistency", "from=x", 400),
        ("/ledger/consistency", "from=999999999", 404), ("/ledger/consistency", "from=9" + "9" * 30, 400),
        ("/ledger/consistency", "from=%ff%fe", 400), ("/ledger/receipt/x", "", 400), ("/ledger/tile/0/0", "", 401),
        ("/ledger/proof/01980000-0000-7000-8000-000000000000", "", 401),
    ],
)  # fmt: skip
def test_clean_refusals(entry: str, path: str, query: str, status: int) -> None:
    found, headers, body = call(path, query=query)
    assert found == status
    assert set(json.loads(body)) == {"code", "message", "next"}
    assert (b"www-authenticate" in headers) is (status == 401)


def test_nothing_is_written_by_request(entry: str) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert call("/ledger/checkpoint", method=method)[0] == 405
    status, headers, body = call("/ledger/checkpoint", method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers[b"content-length"]) > 100


def test_a_line_by_token_is_the_rules_to_decide(hospital: Hospital, entry: str, auditor: str) -> None:
    """The rules ask for a two-factor session to read the ledger: a token is refused, and the refusal is entered."""
    for token in (auditor, token_for(hospital, hospital.actors["doctor"])):
        status, _, body = call(f"/ledger/proof/{entry}", query="position=0&opened=1", token=token)
        assert (status, json.loads(body)["code"]) == (403, "refused")
        assert b"Tdoctor" not in body
        newest = "SELECT verb, decision, head FROM entry WHERE verb = 'read_ledger' ORDER BY id DESC LIMIT 1"
        verb, decision, head = hospital.sql(newest)[0]
        assert (verb, decision, json.loads(bytes(head))["reason"]) == ("read_ledger", "deny", "strength")
    assert call(f"/ledger/proof/{entry}", query="purpose=fun", token=auditor)[0] == 400
    assert call(f"/ledger/proof/{entry}", query="position=-1", token=auditor)[0] == 400


def test_tiles_need_a_token(hospital: Hospital, entry: str, auditor: str) -> None:
    assert call("/ledger/tile/0/99999", token=auditor)[0] == 404
    assert call("/ledger/tile/9/0", token=auditor)[0] == 404
    assert call("/ledger/tile/x/0", token=auditor)[0] == 400
    assert call("/ledger/tile/0/0", token="jg_" + "x" * 43)[0] == 401
    if hospital.sql("SELECT 1 FROM tile WHERE level = 0 AND index = 0"):
        status, _, body = call("/ledger/tile/0/0", token=auditor)
        assert (status, len(body)) == (200, 8192)


def test_errors_speak_the_readers_language(entry: str) -> None:
    assert "存证" in json.loads(call("/ledger/entry/x")[2])["message"]
