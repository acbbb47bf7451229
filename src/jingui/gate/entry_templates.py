"""二（一）1 采集内容: the template in force for a writer, the one a record was written with, how far a draft is filled

[2.1.1] [2.2.2]
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jingui.core.capture import Template
from jingui.core.errors import NotFound
from jingui.core.merging import Named
from jingui.core.word import N_
from jingui.formats import capture
from jingui.gate.context import ReadContext
from jingui.gate.pipeline import Pipeline
from jingui.gate.runtime import Runtime
from jingui.gate.templates import Known, held, loop_held


def known(found: Mapping[str, Template], name: str) -> Template:
    """The template called `name`; NotFound when this house has none."""
    template = found.get(name)
    if template is None:
        raise NotFound(N_("没有这个采集模板。"), N_("请从模板列表中选择。"))
    return template


def in_force(runtime: Runtime, epoch: int, name: str) -> Template:
    """The template in force, for writing acts."""
    return known(held(runtime, epoch).templates, name)


async def of_loop(pipe: Pipeline, epoch: int) -> Known:
    """Every template, for submissions."""
    return await loop_held(pipe, epoch)


async def all_in_force(context: ReadContext) -> Known:
    """Every template, for reading acts."""
    return await loop_held(context.pipe, context.actor.epoch, reading=True)


def written_with(found: Known, resource: Mapping[str, Any], form: str) -> Template | None:
    """The template in the version that a stored response was written with; None when this house knows it no more."""
    return found.every.get(capture.template_of(dict(resource))) or found.templates.get(form)


def completeness(template: Template, answers: Mapping[str, Any], at: datetime) -> int:
    """How far it is filled, in per cent."""
    return capture.check(template, answers, today=at).completeness


def fields(template: Template) -> tuple[Named, ...]:
    """The template's fields in order, by link, with their labels."""
    return tuple(Named(item.link, item.zh, item.en) for item in template.items())
