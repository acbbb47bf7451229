"""二（二）录入: identifiers whose own check digits tell a slip of the keys [2.2.3]"""

from collections.abc import Iterator, Mapping
from typing import Any

from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError

from jingui.core.word import N_
from jingui.formats.fhir_identity import field_of
from jingui.formats.fhir_types import Resource

ID_CARD = "urn:oid:2.16.156.10011.1.3"  # 居民身份证号 (GB 11643)
INSTITUTION = "urn:oid:2.16.156.10011.1.5"  # 医疗卫生机构: 统一社会信用代码 (GB 32100) or the older 9-character code
_SEX = {"male": 1, "female": 0}


def id_card_ok(number: str) -> bool:
    """Whether a resident identity number has 18 characters, a possible birth date and the right check digit."""
    if len(number) != 18 or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    try:
        ric.get_birth_date(number)
    except ValidationError:
        return False
    return bool(ric.calc_check_digit(number) == number[17])


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
