"""The demo's generator: a hospital and its patients' stories from a seed, touching neither database nor door [1.2]"""

from jingui.demo.generator.hospital import build_hospital
from jingui.demo.generator.shapes import (
    Bed,
    Department,
    EncounterStory,
    Entry,
    Hospital,
    Identity,
    PatientStory,
    Person,
    Post,
)
from jingui.demo.generator.stories import stories

__all__ = [
    "Bed",
    "Department",
    "EncounterStory",
    "Entry",
    "Hospital",
    "Identity",
    "PatientStory",
    "Person",
    "Post",
    "build_hospital",
    "stories",
]
