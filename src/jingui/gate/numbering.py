"""一（二） identity: which patient and which record number each change belongs to [1.2] [2.1.2]

A transaction's changes may name each other by full URL; imports number records repeatably from their source, so a
second run finds the first one's rows. Matching by identifiers never merges two people silently.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from jingui.core.enter import Change, Submission
from jingui.core.errors import Conflict, Invalid, Unprocessable
from jingui.core.word import N_
from jingui.crypto.keyring import DataKey, Keyring
from jingui.formats.fhir_identity import identity
from jingui.formats.fhir_tokens import target_of
from jingui.formats.fhir_types import patient_of, place_of, references, referred

DIRECTORY = 0
MASK = (1 << 63) - 1
MATCH_SQL = """SELECT patient_id, field, token FROM patient_identity
WHERE token = ANY($1::bytea[]) AND field = ANY($2::text[]) AND current"""
# a number that was corrected away no longer says who somebody is; an old name or birth date still agrees
KNOWN_SQL = """SELECT patient_id, field, token FROM patient_identity
WHERE patient_id = ANY($1::bigint[]) AND (current OR NOT field = ANY($2::text[]))"""
STRONG = ("id_card", "passport", "mrn", "identifier")


class Place(NamedTuple):
    """Where a change goes. `new_patient` says that this change makes the patient."""

    patient: int
    record: int
    new_patient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """The places of all changes and the references between them."""

    places: tuple[Place, ...]
    mapping: Mapping[str, str]  # full URL -> Type/id


def refuse_unowned(change: Change) -> Unprocessable:
    """The error for a resource whose patient is not named or not known here."""
    kind = change.resource["resourceType"]
    return Unprocessable(
        N_("记录没有指明本院已登记的患者，因此未被收录。"),
        N_("请先登记患者，再引用其编号。"),
        places=((kind, patient_of(change.resource) or ""),),
    )


def check_belonging(
    place: Place, resource: dict[str, Any], decode: Callable[[str], tuple[int, int] | None],
    named: Iterable[str] | None = None,
) -> None:  # fmt: skip
    """Raise Unprocessable unless the resource belongs where it is placed and refers into no other patient's chart.

    References are as they will be stored. Merging is an operation of its own, so a Patient links to nobody here.
    `named` are the resource's references where they are known already.
    """
    kind = resource["resourceType"]
    if kind == "Patient":
        belongs = place.record == 0 and place.patient != DIRECTORY
    elif place_of(resource) == "chart":
        belongs = place.record != 0 and decode(target_of(patient_of(resource) or "")[1]) == (place.patient, 0)
    else:
        belongs = place_of(resource) == "directory" and place.patient == DIRECTORY
    if not belongs:
        raise Unprocessable(
            N_("记录所属的患者与引用的患者不一致，因此未被收录。"),
            N_("请核对患者编号；误记到他人名下的记录须重新录入。"), places=((kind, ""),),
        )  # fmt: skip
    foreign = {
        reference
        for reference in set(referred(resource) if named is None else named)
        if (found := decode(target_of(reference)[1])) is not None and found[0] not in (DIRECTORY, place.patient)
    }
    if foreign:
        wrong = [path for path, reference in references(resource) if reference in foreign]
        raise Unprocessable(places=tuple((path, N_("引用了其他患者的记录")) for path in wrong[:50]))


def number(
    submission: Submission,
    *,
    fresh: Callable[[], int],
    public: Callable[[int, int], str],
    decode: Callable[[str], tuple[int, int] | None],
    matched: Mapping[int, int],
    key_of: Callable[[int], DataKey],
) -> Numbers:
    """Place every change. `matched` maps a Patient change's position to the existing patient it is (imports only)."""
    local: dict[str, int] = {}
    patients: dict[int, Place] = {}
    for i, change in enumerate(submission.changes):
        if change.resource["resourceType"] != "Patient":
            continue
        if change.record is not None:
            place = Place(*change.record)
        elif i in matched:
            place = Place(matched[i], 0)
        else:
            place = Place(fresh(), 0, True)
        patients[i] = place
        if change.full_url:
            local[change.full_url] = place.patient
    places: list[Place] = []
    mapping: dict[str, str] = {}
    for i, change in enumerate(submission.changes):
        place = patients.get(i) or _place(submission, change, local, fresh, decode, key_of)
        places.append(place)
        if change.full_url:
            if change.full_url in mapping:
                raise Invalid(places=(("Bundle.entry.fullUrl", change.full_url[:80]),))
            mapping[change.full_url] = f"{change.resource['resourceType']}/{public(place.patient, place.record)}"
    return Numbers(places=tuple(places), mapping=mapping)


def _place(
    submission: Submission, change: Change, local: Mapping[str, int], fresh: Callable[[], int],
    decode: Callable[[str], tuple[int, int] | None], key_of: Callable[[int], DataKey],
) -> Place:  # fmt: skip
    if change.record is not None:
        return Place(*change.record)
    if change.place is not None:
        return Place(*change.place)
    where = place_of(change.resource)
    kind = change.resource["resourceType"]
    if where == "none":
        raise Unprocessable(N_("本系统不收录此类资源。"), places=((kind, ""),))
    patient = DIRECTORY
    if where == "chart":
        reference = patient_of(change.resource) or ""
        if reference in local:
            patient = local[reference]
        else:
            found = decode(target_of(reference)[1]) if reference.startswith("Patient/") else None
            if found is None or found[1] != 0 or found[0] == DIRECTORY:
                raise refuse_unowned(change)
            patient = found[0]
    if submission.source and change.full_url:
        key = key_of(patient)
        return Place(patient, key.token("source", f"{submission.source}|{kind}", change.full_url) & MASK)
    return Place(patient, fresh())


def strong_tokens(keyring: Keyring, patient: Mapping[str, Any]) -> list[tuple[str, bytes]]:
    """Blind tokens of the identifiers that can say who somebody is: ids, and `system|value` pairs."""
    out = []
    for field, value in identity(dict(patient)):
        if field not in STRONG or (field == "identifier" and "|" not in value):
            continue
        out.append((field, keyring.blind.blind(field, value)))
    return out


def match(
    keyring: Keyring, patient: Mapping[str, Any], rows: Sequence[tuple[int, str, bytes]], *, renames: bool = False
) -> int | None:
    """The patient these identifiers belong to, None for nobody; Conflict when they name several, or a different person.

    Agreement needs the same birth date and the same name besides a strong identifier. A source that `renames` may give
    another name or another birth date, not both; whose birth date nobody knew yet (无名氏) may get both.
    """
    strong = set(strong_tokens(keyring, patient))
    known: dict[int, set[tuple[str, bytes]]] = {}
    for number_, field, token in rows:
        known.setdefault(number_, set()).add((field, bytes(token)))
    hits = [p for p, tokens in known.items() if tokens & strong]
    if not hits:
        return None
    wanted = identity(dict(patient))
    names = {("name", t) for field, v in wanted if field == "name" for t in keyring.blind.names(v)[:1]}
    births = {("birth_date", keyring.blind.blind("birth_date", v)) for field, v in wanted if field == "birth_date"}
    agree = [p for p in hits if known[p] & names and (not births or known[p] & births)]
    if renames and not agree:
        unborn = [p for p in hits if not any(field == "birth_date" for field, _ in known[p])]
        agree = [p for p in hits if known[p] & (names | births)] or (hits if not names and not births else unborn)
    if len(hits) == 1 and len(agree) == 1:
        return agree[0]
    raise Conflict(
        N_("证件号或病案号与本院已登记的患者相同，但姓名或出生日期不一致；为避免误并，未收录。"),
        N_("请登记处核对身份后再导入。"),
        places=("Patient.identifier",),
    )
