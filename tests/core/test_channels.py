"""五（一）1: addresses, options, redirects, scopes and keys that may be registered, and those that may not [5.1.1]"""

import json

import pytest

from jingui.core.apps import keys_of, redirect_fault, scopes_fault
from jingui.core.channels import OPTIONS, address_fault, options_of
from jingui.core.partners import NEEDS
from jingui.core.transmit import CHANNELS


def test_every_kind_of_channel_has_its_rows() -> None:
    assert set(NEEDS) == set(OPTIONS) == set(CHANNELS)


@pytest.mark.parametrize(
    ("kind", "network", "address"),
    [
        ("https", "line", "https://gateway.example.cn:8443"), ("https", "line", "https://10.1.2.3:8443"),
        ("https", "internet", "https://gateway.example.cn"), ("https", "internet", "https://93.184.216.34:8443"),
        ("https", "line", "https://127.0.0.1:9443"), ("https", "line", "https://[fd00::7]:8443"),
        ("fhir", "health", "https://fhir.example.cn/r4"), ("mllp", "line", "10.2.3.4:2575"),
        ("sftp", "vpn", "sftp://files.example.cn:22"), ("dicom", "line", "pacs.hospital:11112"),
    ],
)  # fmt: skip
def test_a_good_address(kind: str, network: str, address: str) -> None:
    assert address_fault(kind, network, "both", address) == ""


@pytest.mark.parametrize(
    ("kind", "network", "address"),
    [
        ("https", "line", "http://gateway.example.cn"), ("https", "line", "ftp://gateway.example.cn"),
        ("https", "line", "gateway.example.cn:8443"), ("https", "line", "https://"), ("https", "line", ""),
        ("https", "line", "https://u:p@gateway.example.cn"), ("https", "line", "https://a@gateway.example.cn"),
        ("https", "line", "https://gateway.example.cn/path"), ("https", "line", "https://gateway.example.cn?x=1"),
        ("https", "line", "https://gateway.example.cn#x"), ("https", "line", "https://gateway.example.cn:99999"),
        ("https", "line", "https://gateway.example.cn:0"), ("https", "line", "https://网关.example.cn"),
        ("https", "line", "https://169.254.169.254"), ("https", "line", "https://0.0.0.0:1"),
        ("https", "line", "https://[::ffff:169.254.169.254]:1"), ("https", "line", "https://224.0.0.1"),
        ("https", "vpn", "https://127.0.0.1:9443"), ("https", "vpn", "https://localhost:9443"),
        ("https", "internet", "https://10.1.2.3"), ("https", "internet", "https://gateway"),
        ("https", "internet", "https://gw.local"), ("https", "internet", "https://2130706433"),
        ("https", "line", "https://0x7f.1"), ("https", "line", "https://bad_host.cn"),
        ("https", "line", "https://gateway.example.cn\\@evil.cn"), ("https", "line", "https://gate way.cn"),
        ("mllp", "line", "10.2.3.4"), ("mllp", "line", "mllp://10.2.3.4:2575"), ("sftp", "line", "https://files.cn"),
        ("https", "internet", "https://[::1]:1"), ("https", "internet", "https://[::ffff:10.0.0.1]:1"),
    ],
)  # fmt: skip
def test_an_address_that_is_refused(kind: str, network: str, address: str) -> None:
    assert address_fault(kind, network, "out", address)


def test_who_only_comes_to_us_needs_no_address() -> None:
    assert address_fault("https", "line", "in", "") == ""


def test_options_are_a_closed_list() -> None:
    assert options_of("https", "") == ("", "")
    titles = options_of("dicom", "called = PACS1\ncalling=JINGUI\n")[0]
    assert json.loads(titles) == {"called": "PACS1", "calling": "JINGUI"}
    key = "SHA256:" + "A" * 43
    assert options_of("sftp", f"user=jingui\nfolder=/in\nhost_key={key}")[1] == ""
    for kind, text in (
        ("dicom", ""), ("dicom", "called=\x00"), ("dicom", "called=" + "A" * 17), ("https", "password=x"),
        ("sftp", f"user=a\nfolder=/in/../../etc\nhost_key={key}"), ("sftp", "user=a\nfolder=/in\nhost_key=x"),
        ("dicom", "called=A\ncalled=B"), ("sftp", "user=a\nfolder=/in"),
    ):  # fmt: skip
        assert options_of(kind, text)[1], text


def test_redirects() -> None:
    assert redirect_fault("https://app.example.cn/callback", native=False) == ""
    assert redirect_fault("http://127.0.0.1:7000/cb", native=True) == ""
    for address in (
        "http://app.example.cn/cb", "https://app.example.cn/#x", "https://u@app.example.cn/", "https://*.example.cn/",
        "https://localhost/cb", "https://app/cb", "javascript:alert(1)", "", "https://app.example.cn/a/../b",
        "https://app.example.cn\\@evil.cn/", "http://127.0.0.1/cb", "https://127.0.0.1/cb", "https://应用.cn/",
    ):  # fmt: skip
        assert redirect_fault(address, native=False), address
    assert redirect_fault("http://localhost/cb", native=True)
    assert redirect_fault("http://10.0.0.1/cb", native=True)


def test_scopes_stay_within_the_agreement() -> None:
    types = frozenset({"Observation"})
    assert (
        scopes_fault(
            ["launch/patient", "patient/Observation.rs", "patient/Patient.r"], types, writes=False, system=False
        )
        == ""
    )
    for scopes in (
        [], ["patient/*.rs"], ["patient/Condition.rs"], ["patient/Observation.cruds"], ["system/Observation.rs"],
        ["patient/Observation."], ["patient/Observation.read"], ["openid"], ["patient/Observation.rs"] * 2,
        ["patient/Observation.sr"], ["user/Observation.rs extra"],
    ):  # fmt: skip
        assert scopes_fault(scopes, types, writes=False, system=False), scopes
    assert scopes_fault(["system/Observation.crs"], types, writes=True, system=True) == ""


def test_keys_are_public_and_known() -> None:
    key = {"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "kid": "1"}
    assert keys_of(json.dumps({"keys": [key]}))[1] == ""
    for text in (
        "", "{}", "[]", '{"keys":[]}', json.dumps({"keys": [{**key, "d": "secret"}]}), json.dumps({"keys": [key, key]}),
        json.dumps({"keys": [{"kty": "oct", "k": "x", "kid": "1"}]}), json.dumps({"keys": [{**key, "crv": "P-521"}]}),
        json.dumps({"keys": [{"kty": "RSA", "n": "short", "e": "AQAB", "kid": "1"}]}), "[" * 100_000,
        json.dumps({"keys": [{**key, "kid": ""}]}), json.dumps({"keys": [{**key, "use": "enc"}]}),
    ):  # fmt: skip
        assert keys_of(text)[1], text
