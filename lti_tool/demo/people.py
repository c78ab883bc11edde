"""Whom and what the demo platform knows before any tool comes: the people of the example programme, one course."""

from dataclasses import dataclass, field
from typing import Literal

CourseRole = Literal["learner", "instructor", "administrator"]
COURSE_ID = "42"


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the platform; `participant_id` is the person's id in the example programme, if they have one."""

    sub: str
    name: str
    email: str
    family: str
    given: str
    roles: dict[str, CourseRole] = field(default_factory=dict)
    participant_id: str | None = None

    def role_in(self, course_id: str) -> CourseRole | None:
        return self.roles.get(course_id)


@dataclass(frozen=True, slots=True)
class Course:
    """A course as launches describe it; `id` is what stands in the platform's own addresses."""

    id: str
    title: str
    label: str


def _person(sub: str, name: str, mailbox: str, participant_id: str | None, role: CourseRole = "learner") -> Person:
    family, given = name[0], name[1:]
    return Person(sub, name, f"{mailbox}@example.org", family, given, {COURSE_ID: role}, participant_id)


COURSES: tuple[Course, ...] = (Course(COURSE_ID, "提升工程2.0 网络研修课程", "TS2-2026"),)

PEOPLE: tuple[Person, ...] = (
    _person("11", "张老师", "zhang", "a6f10c3e"),
    _person("12", "陈老师", "chen", "c41b77e0"),
    _person("13", "李校长", "li.principal", "77b0d1aa"),
    _person("14", "周副校长", "zhou", "5d20e9f1"),
    _person("15", "吴主任", "wu", "e83b4c76"),
    _person("16", "王老师", "wang", "b19d52aa"),
    _person("17", "林老师", "lin", "f07a6d13"),
    _person("18", "赵校长", "zhao", "91c8e2b4"),
    _person("19", "钱副校长", "qian", "2f6ab7d5"),
    _person("20", "孙主任", "sun", "c5e01f88"),
    _person("5", "李培训师", "li", "s-01", "instructor"),
    Person("2", "管理员", "admin@example.org", "管", "理员", {COURSE_ID: "administrator"}),
)
