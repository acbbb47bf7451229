"""五（一）2 共享文档: the patient in the header, with the parts that the Chinese profile adds [5.1.2]"""

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.cda_document import Address, Identifier, Patient, Quantity
from jingui.formats.cda_types import oid
from jingui.formats.cda_values import (
    address,
    coded,
    digits,
    identifier,
    number,
    organization,
    phone,
    read_address,
    read_coded,
    read_identifier,
    read_organization,
    read_quantity,
)
from jingui.formats.cda_xml import Node, child, children, have, put, words

MISSING = N_("文档缺少必需的内容。")


def write_patient(root: Node, patient: Patient) -> None:
    """Write whose document it is; Unprocessable without a name or without any number."""
    lacking = [name for name, there in (("patient.id", patient.numbers), ("patient.name", patient.name)) if not there]
    if lacking:
        raise Unprocessable(MISSING, places=tuple((name, "missing") for name in lacking))
    role = put(put(root, "recordTarget", typeCode="RCT", contextControlCode="OP"), "patientRole", classCode="PAT")
    for one in patient.numbers:
        identifier(role, "id", one)
    if patient.kind is not None:
        coded(put(role, "patientType"), "patienttypeCode", patient.kind)
    if patient.address is not None:
        address(role, patient.address, "H")
    if patient.phone:
        put(role, "telecom", value=patient.phone)
    node = put(role, "patient", classCode="PSN", determinerCode="INSTANCE")
    if patient.id_card:
        identifier(node, "id", Identifier(root=oid("id_card"), extension=patient.id_card))
    put(node, "name", patient.name)
    if patient.sex is not None:
        coded(node, "administrativeGenderCode", patient.sex)
    if patient.birth:
        put(node, "birthTime", value=digits(patient.birth))
    for name, said in (("maritalStatusCode", patient.marital), ("ethnicGroupCode", patient.ethnic)):
        if said is not None:
            coded(node, name, said)
    _place(node, "birthplace", patient.birthplace)
    if patient.nationality is not None:
        coded(node, "nationality", patient.nationality)
    if patient.age is not None:
        put(node, "age", value=number(patient.age.value), unit=patient.age.unit)
    if patient.employer is not None:
        organization(node, "employerOrganization", patient.employer)
    _place(node, "household", patient.household)
    _place(node, "nativePlace", patient.native)
    if patient.education is not None:
        coded(put(node, "educationLevel"), "educationLevelCode", patient.education)
    if patient.occupation is not None:
        coded(put(node, "occupation"), "occupationCode", patient.occupation)
    if patient.provider is not None:
        organization(role, "providerOrganization", patient.provider)


def _place(node: Node, name: str, said: Address | None) -> None:
    if said is not None:
        address(put(put(node, name), "place"), said)


def read_patient(role: Node | None) -> Patient:
    """Whose document it is; a sender may leave out nearly all of it."""
    node = child(role, "patient")
    card = read_identifier(child(node, "id"))
    age: Quantity | None = read_quantity(child(node, "age"))
    birth = have(child(node, "birthTime"), "value")
    return Patient(
        numbers=tuple(one for each in children(role, "id") if (one := read_identifier(each))),
        name=" ".join(words(child(node, "name")).split()),
        id_card=card.extension if card is not None and card.root == oid("id_card") else "",
        sex=read_coded(child(node, "administrativeGenderCode")), birth=digits(birth) if birth else "", age=age,
        marital=read_coded(child(node, "maritalStatusCode")), ethnic=read_coded(child(node, "ethnicGroupCode")),
        nationality=read_coded(child(node, "nationality")),
        education=read_coded(child(node, "educationLevel", "educationLevelCode")),
        occupation=read_coded(child(node, "occupation", "occupationCode")),
        employer=read_organization(child(node, "employerOrganization")),
        kind=read_coded(child(role, "patientType", "patienttypeCode")),
        address=read_address(child(role, "addr")), phone=phone(role),
        birthplace=read_address(child(node, "birthplace", "place", "addr")),
        household=read_address(child(node, "household", "place", "addr")),
        native=read_address(child(node, "nativePlace", "place", "addr")),
        provider=read_organization(child(role, "providerOrganization")),
    )  # fmt: skip
