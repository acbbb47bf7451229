"""五（一）2 共享文档: the header: which document, whose, by whom, kept where, signed by whom, in which visit [5.1.2]"""

from typing import Final

from jingui.core.errors import Unprocessable
from jingui.core.word import N_
from jingui.formats.cda_document import (
    CdaDocument,
    Encounter,
    Informant,
    Organization,
    Participant,
    Patient,
    Person,
    Signer,
)
from jingui.formats.cda_header_patient import read_patient, write_patient
from jingui.formats.cda_types import DOCUMENTS, types
from jingui.formats.cda_values import (
    address,
    coded,
    digits,
    identifier,
    organization,
    phone,
    read_address,
    read_coded,
    read_identifier,
    read_organization,
    symbol,
)
from jingui.formats.cda_xml import Node, child, children, have, put, words

SECRECY: Final = {"N": "正常访问保密级别", "R": "受限访问保密级别", "V": "非常受限访问保密级别"}
CONFIDENTIALITY: Final = "2.16.840.1.113883.5.25"
_RELATION: Final = "2.16.156.10011.2.3.3.8"


def write(root: Node, document: CdaDocument) -> None:
    """Write all that stands before the body."""
    put(root, "realmCode", code="CN")
    put(root, "typeId", root="2.16.840.1.113883.1.3", extension="POCD_MT000040")
    row = types().get(document.type) if not document.system else None
    if row is not None:
        put(root, "templateId", root=row.template)
    identifier(root, "id", document.id)
    put(root, "code", code=symbol(document.type), codeSystem=document.system or DOCUMENTS,
        codeSystemName="" if document.system else "卫生信息共享文档规范编码体系")  # fmt: skip
    put(root, "title", document.title or (row.zh if row else ""))
    put(root, "effectiveTime", value=digits(document.made))
    if document.confidentiality not in SECRECY:
        raise Unprocessable(places=((document.confidentiality[:20], "confidentialityCode"),))
    put(root, "confidentialityCode", code=document.confidentiality, codeSystem=CONFIDENTIALITY,
        codeSystemName="Confidentiality", displayName=SECRECY[document.confidentiality])  # fmt: skip
    put(root, "languageCode", code="zh-CN")
    if document.set_id is not None:
        identifier(root, "setId", document.set_id)
    if document.version:
        put(root, "versionNumber", value=str(document.version))
    write_patient(root, document.patient)
    _author(root, document)
    _informant(root, document.informant)
    held = put(put(root, "custodian", typeCode="CST"), "assignedCustodian", classCode="ASSIGNED")
    _custodian(held, document.custodian)
    for signer in sorted(document.signers, key=lambda one: not one.legal):
        _signer(root, signer)
    for participant in document.participants:
        _participant(root, participant)
    if document.replaces is not None:
        parent = put(put(root, "relatedDocument", typeCode="RPLC"), "parentDocument")
        identifier(parent, "id", document.replaces)
    if document.encounter is not None:
        _encounter(root, document.encounter)


def _author(root: Node, document: CdaDocument) -> None:
    node = put(root, "author", typeCode="AUT", contextControlCode="OP")
    put(node, "time", value=digits(document.authored))
    held = put(node, "assignedAuthor", classCode="ASSIGNED")
    identifier(held, "id", document.author.id)
    _title(held, document.author)
    _name(put(held, "assignedPerson"), document.author)


def _name(node: Node, person: Person) -> None:
    """A person's name, or that it is withheld and for whom they acted."""
    put(node, "name", person.name, nullFlavor="" if person.name else "MSK")
    if person.organization is not None:
        organization(node.getparent(), "representedOrganization", person.organization)


def _title(held: Node, person: Person) -> None:
    if person.title:
        put(held, "code", nullFlavor="NA", displayName=person.title)


def _informant(root: Node, said: Informant | None) -> None:
    if said is None:
        return
    held = put(put(root, "informant"), "assignedEntity")
    identifier(held, "id", None)
    if said.relation is not None:
        coded(held, "code", said.relation)
    if said.name:
        put(put(held, "assignedPerson"), "name", said.name)


def _custodian(held: Node, said: Organization) -> None:
    if said.id is None or not said.name:
        raise Unprocessable(N_("文档缺少必需的内容。"), places=(("custodian", "missing"),))
    organization(held, "representedCustodianOrganization", said, classCode="ORG", determinerCode="INSTANCE")


def _signer(root: Node, signer: Signer) -> None:
    node = put(root, "legalAuthenticator" if signer.legal else "authenticator")
    put(node, "time", value=digits(signer.at))
    put(node, "signatureCode", code="S")
    held = put(node, "assignedEntity")
    identifier(held, "id", signer.person.id)
    if signer.relation is not None:
        coded(held, "code", signer.relation)
    else:
        _title(held, signer.person)
    _name(put(held, "assignedPerson", classCode="PSN", determinerCode="INSTANCE"), signer.person)


def _participant(root: Node, said: Participant) -> None:
    node = put(root, "participant", typeCode=symbol(said.kind))
    held = put(node, "associatedEntity", classCode=symbol(said.entity))
    if said.relation is not None:
        coded(held, "code", said.relation)
    if said.address is not None:
        address(held, said.address)
    if said.phone:
        put(held, "telecom", value=said.phone)
    if said.name:
        put(put(held, "associatedPerson"), "name", said.name)
    if said.organization is not None:
        organization(held, "scopingOrganization", said.organization)


def _encounter(root: Node, said: Encounter) -> None:
    node = put(put(root, "componentOf"), "encompassingEncounter")
    if said.kind is not None:
        coded(node, "code", said.kind)
    when = put(node, "effectiveTime", nullFlavor="" if said.start or said.end else "NI")
    for name, at in (("low", said.start), ("high", said.end)):
        if at:
            put(when, name, value=digits(at))
    if not said.places:
        return
    holder = put(put(put(node, "location"), "healthCareFacility"), "serviceProviderOrganization")
    for place in said.places:
        part = put(holder, "asOrganizationPartOf", classCode="PART")
        holder = organization(part, "wholeOrganization", place, classCode="ORG", determinerCode="INSTANCE")


def read_author(root: Node) -> tuple[Person, str]:
    """Who wrote it and when; an author that is a device is named by it."""
    node = child(root, "author")
    held = child(node, "assignedAuthor")
    name = words(child(held, "assignedPerson", "name")) or words(child(held, "assignedAuthoringDevice", "softwareName"))
    return _person(held, name), _time(child(node, "time"))


def _person(held: Node | None, name: str) -> Person:
    code = child(held, "code")
    found = next((one for each in children(held, "id") if (one := read_identifier(each))), None)
    return Person(id=found, name=" ".join(name.split()), title=have(code, "displayName"),
                  organization=read_organization(child(held, "representedOrganization")))  # fmt: skip


def _time(node: Node | None) -> str:
    text = have(node, "value")
    return digits(text) if text else ""


def read_informant(root: Node) -> Informant | None:
    """Who told it."""
    node = child(root, "informant")
    held = child(node, "assignedEntity") if child(node, "assignedEntity") is not None else child(node, "relatedEntity")
    if held is None:
        return None
    name = words(child(held, "assignedPerson", "name")) or words(child(held, "relatedPerson", "name"))
    return Informant(name=" ".join(name.split()), relation=read_coded(child(held, "code")))


def read_custodian(root: Node) -> Organization:
    """Who keeps it; nameless when it does not say."""
    node = child(root, "custodian", "assignedCustodian", "representedCustodianOrganization")
    return read_organization(node) or Organization()


def read_signers(root: Node) -> tuple[Signer, ...]:
    """Who signed."""
    out = []
    for name in ("legalAuthenticator", "authenticator"):
        for node in children(root, name):
            held = child(node, "assignedEntity")
            code = read_coded(child(held, "code"))
            relation = code if code is not None and code.system == _RELATION else None
            person = _person(held, words(child(held, "assignedPerson", "name")))
            if relation is not None:
                person = Person(id=person.id, name=person.name, organization=person.organization)
            at = _time(child(node, "time"))
            out.append(Signer(person=person, at=at, legal=name == "legalAuthenticator", relation=relation))
    return tuple(out)


def read_participants(root: Node) -> tuple[Participant, ...]:
    """Who else is named."""
    out = []
    for node in children(root, "participant"):
        held = child(node, "associatedEntity")
        out.append(
            Participant(
                kind=have(node, "typeCode"), entity=have(held, "classCode"),
                name=" ".join(words(child(held, "associatedPerson", "name")).split()), phone=phone(held),
                relation=read_coded(child(held, "code")), address=read_address(child(held, "addr")),
                organization=read_organization(child(held, "scopingOrganization")),
            )
        )  # fmt: skip
    return tuple(out)


def read_encounter(root: Node) -> Encounter | None:
    """The visit, with its places from the bed outwards."""
    node = child(root, "componentOf", "encompassingEncounter")
    if node is None:
        return None
    when = child(node, "effectiveTime")
    places: list[Organization] = []
    held = child(node, "location", "healthCareFacility", "serviceProviderOrganization")
    while (held := child(held, "asOrganizationPartOf", "wholeOrganization")) is not None and len(places) < 12:
        places.append(read_organization(held) or Organization())
    return Encounter(
        kind=read_coded(child(node, "code")), start=_time(child(when, "low")) or _time(when),
        end=_time(child(when, "high")), places=tuple(places),
    )  # fmt: skip


def read_patient_of(root: Node) -> Patient:
    """Whose it is."""
    return read_patient(child(root, "recordTarget", "patientRole"))
