"""二（二）录入: identifiers whose own check digits tell a slip of the keys [2.2.3]"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from jingui.core.word import N_
from jingui.formats.fhir_identity import field_of
from jingui.formats.fhir_types import Resource

ID_CARD = "urn:oid:2.16.156.10011.1.3"  # 居民身份证号 (GB 11643)
INSTITUTION = "urn:oid:2.16.156.10011.1.5"  # 医疗卫生机构: 统一社会信用代码 (GB 32100) or the older 9-character code
_SEX = {"male": 1, "female": 0}
_MOBILE: Final = re.compile(r"(\+?86[ -]?)?1[3-9]\d{9}\Z", re.ASCII)
_LANDLINE: Final = re.compile(r"(0\d{2,3}[ -]?)?[2-9]\d{6,7}([-转]\d{1,6})?\Z", re.ASCII)
_POSTCODE: Final = re.compile(r"\d{6}\Z", re.ASCII)
_CARD: Final = re.compile(r"\d{12,19}\Z", re.ASCII)
_DOCUMENT: Final = re.compile(r"[0-9A-Z（）()]{5,18}\Z", re.ASCII | re.IGNORECASE)


def id_card_ok(number: str) -> bool:
    """Whether a resident identity number has 18 characters, a possible birth date and the right check digit."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return bool(ric.calc_check_digit(number) == number[17])


def uscc_ok(number: str) -> bool:
    """Whether it is a unified social credit code with a right check digit."""
    return len(number) == 18 and bool(uscc.is_valid(number))


def _id_card(text: str) -> str:
    return "" if id_card_ok(text) else N_("身份证号不正确（位数、出生日期或校验码）。")


def _id_number(text: str) -> str:
    """A number of whatever identity document; 18 digits are an identity card and then must be right."""
    if len(text) == 18 and text[:17].isdigit():
        return _id_card(text)
    return "" if _DOCUMENT.match(text) else N_("证件号码只能用字母和数字，5–18位。")


def _uscc(text: str) -> str:
    return "" if uscc_ok(text) else N_("统一社会信用代码不正确（位数或校验码）。")


def _phone(text: str) -> str:
    good = _MOBILE.match(text) or _LANDLINE.match(text)
    return "" if good else N_("电话号码不正确：手机11位，或带区号的固定电话。")


def _postcode(text: str) -> str:
    return "" if _POSTCODE.match(text) else N_("邮政编码为6位数字。")


def _bank_card(text: str) -> str:
    digits = text.replace(" ", "")
    return "" if _CARD.match(digits) and luhn.is_valid(digits) else N_("银行卡号不正确（位数或校验码）。")


#: Checks of numbers that people type: what is wrong, "" when nothing is. Capture templates name them.
CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "id_card": _id_card, "id_number": _id_number, "uscc": _uscc, "phone": _phone, "postcode": _postcode,
    "bank_card": _bank_card,
}  # fmt: skip


def errors(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield each (path, what) that must be refused: a wrong number under the national identity card's own system."""
    for path, identifier in _identifiers(resource):
        if identifier.get("system") == ID_CARD and "value" in identifier and not id_card_ok(identifier["value"]):
            yield f"{path}.value", N_("身份证号不正确（位数、出生日期或校验码）")


def warnings(resource: Resource) -> list[tuple[str, str]]:
    """Return each (path, what) that a person should look at, though it can be right: nothing is refused for it."""
    out: list[tuple[str, str]] = []
    for path, identifier in _identifiers(resource):
        value, system = identifier.get("value", ""), identifier.get("system", "")
        if field_of(identifier) == "id_card":
            if not id_card_ok(value):
                if system != ID_CARD:
                    out.append((f"{path}.value", N_("看似身份证号，但校验码不符")))
                continue
            born = f"{value[6:10]}-{value[10:12]}-{value[12:14]}"
            given = resource.get("birthDate", "")
            if given and not born.startswith(given):
                out.append(("Patient.birthDate", N_("出生日期与身份证号不一致")))
            sex = _SEX.get(resource.get("gender", ""))
            if sex is not None and int(value[16]) % 2 != sex:
                out.append(("Patient.gender", N_("性别与身份证号不一致")))
        elif system == INSTITUTION and len(value) == 18 and not uscc.is_valid(value):
            out.append((f"{path}.value", N_("统一社会信用代码校验码不符")))
    return out


def _identifiers(resource: Resource) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (path, Identifier) of the resource's own identifiers."""
    found = resource.get("identifier", ())
    name = resource.get("resourceType", "")
    if isinstance(found, dict):
        yield f"{name}.identifier", found
    else:
        for number, each in enumerate(found):
            yield f"{name}.identifier[{number}]", each
