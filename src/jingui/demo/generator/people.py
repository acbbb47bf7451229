"""Patients' identities and their Patient resources: common names, hard names, and nobody real [2.1.1]"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from jingui.demo.generator import codes, numbers
from jingui.demo.generator.hospital import card_of
from jingui.demo.generator.lists import Table, table
from jingui.demo.generator.shapes import Entry, Hospital, Identity, Json

_BLOOD = (("A", 28), ("B", 29), ("O", 34), ("AB", 9))


@dataclass(slots=True, kw_only=True)
class Registry:
    """Hands out numbers and names, so that none is given twice unless it is meant."""

    hospital: Hospital
    rng: Random
    today: date
    count: int = 0
    used: set[str] = field(default_factory=set)

    def name(self, sex: str, age: int) -> str:
        """A made-up common name that fits sex and age."""
        lists, rng = table("names"), self.rng
        stage = "old" if age >= 58 else "mid" if age >= 34 else "young"
        while True:
            name = rng.choice(lists["surnames"]) + rng.choice(lists[f"{'male' if sex == 'male' else 'female'}_{stage}"])
            if rng.random() < 0.25 and stage != "young":
                name = name[0] + name[-1]
            if name not in self.used and name not in lists["never"]:
                self.used.add(name)
                return name

    def birth(self, age: int, on: date) -> date:
        """A birthday that makes somebody `age` years old on that day."""
        back = on - timedelta(days=self.rng.randint(5, 355))
        return date(back.year - age, back.month, min(back.day, 28))

    def identity(self, wish: Table, on: date) -> Identity:
        """A new patient: whatever `wish` names is kept, everything else is drawn."""
        rng, number = self.rng, self.count
        self.count += 1
        staff = self.hospital.person(wish["staff"]) if wish.get("staff") else None
        birth: date = wish["birthday"] if "birthday" in wish else self.birth(int(wish.get("age", 40)), on)
        sex = str(wish.get("sex") or rng.choice(("male", "female")))
        if staff:
            birth, sex = staff.birth, staff.sex
        age = self.today.year - birth.year
        ethnic, name = str(wish.get("ethnic", "01")), str(wish.get("name", ""))
        if staff:
            name = staff.name
        if not name and rng.random() < 0.04 and age > 16:
            fitting = [row for row in table("names")["minority"] if row[1] == sex and row[0] not in self.used]
            if fitting:
                name, _, ethnic = rng.choice(fitting)
                self.used.add(name)
        name = name or self.name(sex, age)
        unknown, nation = wish.get("note") == "unidentified", str(wish.get("nation", ""))
        baby = (self.today - birth).days < 400 and bool(wish.get("mother"))
        card = "" if unknown or nation or baby else numbers.id_card(birth, sex, number, rng.choice(numbers.PROVINCES))
        child = age < 18
        relation = "父母" if child else rng.choice(("配偶", "子", "女")) if age > 45 else rng.choice(("配偶", "父母"))
        if nation or unknown:
            ethnic = "98" if nation else "01"
        kin = self._relative(name, sex, relation, age) if ethnic in ("01", "98") else "亲属（陪同）"
        return Identity(
            id=f"p{number + 1:04d}",
            mrn=numbers.mrn(number + 1),
            outpatient_no=numbers.outpatient_no(number + 1),
            name=name,
            sex=sex,
            birth=birth,
            ethnic=ethnic,
            marital="10"
            if age < 24
            else "90"
            if unknown
            else rng.choices(("20", "30", "40", "10"), (80, age // 8, 6, 6))[0],
            occupation="90" if unknown else self._occupation(age),
            id_card=card_of(staff) if staff else card,
            passport=numbers.passport(rng) if nation else "",
            nation=nation or ("" if unknown else "CHN"),
            phone="" if unknown or child else staff.phone if staff else numbers.phone(number),
            address="" if unknown else self._address(),
            contact_name="" if unknown else str(wish.get("contact") or kin),
            contact_relation="" if unknown else "母亲" if wish.get("mother") else relation,
            contact_phone="" if unknown else numbers.phone(5000 + number),
            blood_group=rng.choices([row[0] for row in _BLOOD], [row[1] for row in _BLOOD])[0],
            rh="阴性" if rng.random() < 0.006 else "阳性",
            allergy="" if unknown or age < 1 or rng.random() > 0.16 else rng.choice(list(table("names")["allergens"])),
            restricted=bool(wish.get("restricted")),
            staff=staff.id if staff else "",
            mother=str(wish.get("mother", "")),
            deceased=wish.get("deceased"),
            note=str(wish.get("note", "")),
        )

    def _occupation(self, age: int) -> str:
        if age < 6:
            return "90"
        if age < 22:
            return "31"
        return "80" if age >= 61 else self.rng.choice(("13", "17", "24", "27", "27", "51", "54", "11", "70"))

    def _address(self) -> str:
        lists, rng = table("names"), self.rng
        where = f"云岚市{rng.choice(lists['districts'])}{rng.choice(lists['streets'])} {rng.randint(1, 188)} 号"
        return f"{where}{rng.choice(lists['estates'])} {rng.randint(1, 18)} 幢 {rng.randint(101, 1802)} 室"

    def _relative(self, name: str, sex: str, relation: str, age: int) -> str:
        if name.isascii():
            return "Erik Lindqvist"
        older = age + 27 if relation == "父母" else age - 27 if relation in ("子", "女") else age
        relative = self.name(
            "female" if relation == "女" else "male" if relation == "子" else self.rng.choice(("male", "female")), older
        )
        if relation == "配偶":
            return self.name("female" if sex == "male" else "male", age)
        keeps = (relation == "父母" or (relation in ("子", "女") and sex == "male")) and name[0] in table("names")[
            "surnames"
        ]
        return name[0] + relative[1:] if keeps else relative


def _name(who: Identity) -> Json:
    if who.note == "unidentified":
        return {"use": "temp", "text": who.name}
    if "·" in who.name:
        given, _, family = who.name.partition("·")
        return {"use": "official", "text": who.name, "family": family, "given": [given]}
    if who.name.isascii():
        given, _, family = who.name.rpartition(" ")
        return {"use": "official", "text": who.name, "family": family, "given": [given]}
    cut = 2 if who.name[:2] in ("欧阳", "上官", "司马", "诸葛", "慕容") else 1
    return {"use": "official", "text": who.name, "family": who.name[:cut], "given": [who.name[cut:]]}


def _identifiers(who: Identity) -> list[Json]:
    kinds = f"{codes.HL7}/v2-0203"
    rows = [
        ("MR", "病案号", codes.MRN, who.mrn),
        ("VN", "门诊号", codes.OUTPATIENT_NO, who.outpatient_no),
        ("NI", "居民身份证号", codes.CARD, who.id_card),
        ("PPN", "护照号", f"http://hl7.org/fhir/sid/passport-{who.nation}", who.passport),
    ]
    return [
        {"type": codes.concept(kinds, code, zh), "system": system, "value": value}
        for code, zh, system, value in rows
        if value
    ]


def patient(who: Identity, registrar: str, at: datetime) -> Entry:
    """The Patient resource, entered by a registrar at first contact; what is not known is left out, never invented."""
    found: Json = {
        "resourceType": "Patient",
        "id": who.id,
        "active": True,
        "identifier": _identifiers(who),
        "name": [_name(who)],
        "gender": who.sex,
        "maritalStatus": codes.concept(codes.MARITAL, who.marital, table("names")["marital"][who.marital]),
        "extension": [
            {
                "url": "urn:jingui:demo:ethnic",
                "valueCodeableConcept": codes.concept(codes.ETHNIC, who.ethnic, table("names")["ethnic"][who.ethnic]),
            },
            {
                "url": "urn:jingui:demo:occupation",
                "valueCodeableConcept": codes.concept(
                    codes.OCCUPATION, who.occupation, table("names")["occupation"][who.occupation]
                ),
            },
        ],
        "managingOrganization": codes.reference("Organization", "hospital"),
    }
    if who.note != "unidentified":
        found["birthDate"] = who.birth.isoformat()
    if who.phone:
        found["telecom"] = [{"system": "phone", "value": who.phone, "use": "mobile"}]
    if who.address:
        found["address"] = [{"use": "home", "text": who.address, "city": "云岚市", "country": "CHN"}]
    if who.contact_name:
        found["contact"] = [
            {
                "relationship": [{"text": who.contact_relation}],
                "name": {"text": who.contact_name},
                "telecom": [{"system": "phone", "value": who.contact_phone}],
            }
        ]
    if who.deceased:
        found["deceasedDateTime"] = who.deceased.isoformat()
    if who.restricted:
        found["meta"] = {"security": [codes.coding(f"{codes.HL7}/v3-Confidentiality", "R", "restricted")]}
    return Entry(resource=found, author=registrar, at=at, event=at)
