"""二（一）1 采集内容: the template in force for a writer, and how far a draft of it is filled [2.1.1] [2.2.2]"""

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


def known(found: Mapping[str, Template], name: str) -> Template:
    """The template called `name`; NotFound when this house has none."""
    template = found.get(name)
    if template is None:
        raise NotFound(N_("没有这个采集模板。"), N_("请从模板列表中选择。"))
    return template


def in_force(runtime: Runtime, epoch: int, name: str) -> Template:
    """The template in force, for writing acts."""
    return known(capture.templates(), name)


async def of_loop(pipe: Pipeline, name: str) -> Template:
    """The template in force, for submissions."""
    return known(capture.templates(), name)


async def all_in_force(context: ReadContext) -> Mapping[str, Template]:
    """Every template in force, for reading acts."""
    return capture.templates()


async def loop_in_force(context: ReadContext, name: str, *, missing: bool = False) -> Template | None:
    """The template in force, for reading acts; with `missing`, None for one that is no more."""
    found = await all_in_force(context)
    return found.get(name) if missing else known(found, name)


def completeness(template: Template, answers: Mapping[str, Any], at: datetime) -> int:
    """How far it is filled, in per cent."""
    return capture.check(template, answers, today=at).completeness


def fields(template: Template) -> tuple[Named, ...]:
    """The template's fields in order, by link, with their labels."""
    return tuple(Named(item.link, item.zh, item.en) for item in template.items())
