"""二（一）1 采集模板: all that other rooms ask of capture templates, in one place [2.1.1] [2.2.2]

`templates()` are the shipped ones; the hospital's own versions are read by `from_questionnaire` and take their place
where the gate finds one in force.
"""

from jingui.formats.capture_changes import differences, fitted, said, wrong
from jingui.formats.capture_check import check
from jingui.formats.capture_extract import extract
from jingui.formats.capture_load import templates
from jingui.formats.capture_questionnaire import from_questionnaire, questionnaire
from jingui.formats.capture_response import answers_of, response, template_of, ways_of
from jingui.formats.capture_text import boilerplate, fingerprints, long_texts, similar, untouched

__all__ = [
    "answers_of", "boilerplate", "check", "differences", "extract", "fingerprints", "fitted", "from_questionnaire",
    "long_texts", "questionnaire", "response", "said", "similar", "template_of", "templates", "untouched", "ways_of",
    "wrong",
]  # fmt: skip
