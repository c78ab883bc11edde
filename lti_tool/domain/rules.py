"""A rule set: one regulation as data. Zhejiang's guide is the first; another province's needs no code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from lti_tool.domain.settings import Settings
from lti_tool.domain.structure import Structure, StructureBounds
from lti_tool.domain.values import Audience, Stage


@dataclass(frozen=True, slots=True)
class Term:
    """A named thing of the regulation in both languages, with the requirement it comes from."""

    code: str
    zh: str
    en: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class FocusDomain:
    """领域: a family of focus points, and for whom it is meant 面向对象 (R-088, R-089)."""

    code: str
    zh: str
    en: str
    audiences: frozenset[Audience]


@dataclass(frozen=True, slots=True)
class FocusPoint:
    """关注要点 with the stages its row is ticked for (R-091)."""

    code: str
    zh: str
    en: str
    domain: str
    stages: frozenset[Stage]


@dataclass(frozen=True, slots=True)
class Task:
    """工作任务 of a phase: who takes part and who organises, as codes of `RuleSet.terms` (表 1)."""

    zh: str
    en: str
    source: str
    participants: tuple[str, ...]
    organisers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """阶段: preparation, team training, implementation, assessment (R-020)."""

    code: str
    zh: str
    en: str
    tasks: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Numbers of the regulation that nobody may set otherwise."""

    online_seconds_least: int  # 不少于 900 分钟
    group_points_least: int  # 不少于 2 项
    team_least: int  # 不少于 3 人
    team_most_percent: int  # 不超过学校总人数的 5% (R-045)
    joint_class_below: int  # 不足 50
    semester_ends: tuple[int, int]  # month and day of the first semester's last day


@dataclass(frozen=True)
class RuleSet:
    """One regulation with the settings in force; results carry its `id` and `hash`."""

    id: str
    hash: str
    number: str
    date: date
    title: Mapping[str, str]  # zh, en
    bounds: StructureBounds
    thresholds: Thresholds
    settings: Settings
    preset: str
    presets: Mapping[str, Mapping[str, object]]
    domains: Mapping[str, FocusDomain]
    focus_points: Mapping[str, FocusPoint]
    phases: tuple[Phase, ...]
    terms: Mapping[str, Mapping[str, Term]] = field(default_factory=dict)  # by list: roles, bodies, artefacts, basis…

    @property
    def structure(self) -> Structure:
        """The structure in force."""
        return self.settings.structure

    @property
    def has_matrix(self) -> bool:
        """Whether the regulation names focus points at all; where it names none, none are checked."""
        return bool(self.focus_points)

    def names(self, terms: str, code: str) -> bool:
        """Whether the regulation knows a position, an artefact or an event; what it does not know, it cannot miss."""
        return code in self.terms.get(terms, {})

    def structure_for(self, audience: Audience) -> Structure:
        """The structure of a participant: managers need the same, unless a setting says otherwise (A-20)."""
        own = self.settings.manager_structure
        return own if own is not None and audience is Audience.MANAGER else self.settings.structure

    def is_ticked(self, point: str, stage: Stage) -> bool:
        """Whether the annex ticks `point` for `stage`: T6 is blank for primary and ticked for secondary."""
        found = self.focus_points.get(point)
        return found is not None and stage in found.stages
