"""The settings that the guide leaves open: what each may be, and which question of the regulation it answers."""

import runpy

import pytest

from lti_tool.domain import settings
from lti_tool.domain.settings import BY_NAME, ELSEWHERE, Setting

TABLE = """
name                     | kind    | allowed                                         | may be left out | source
structure                | table   |                                                 | no       | A-01
manager_structure        | table   |                                                 | no       | A-20
offline_sessions         | credits |                                                 | no       | A-13
cohort                   | window  |                                                 | yes      | A-15
online_award             | choice  | threshold proportional                          | no       | A-02
required_seconds         | whole   | 1–10000000                                      | no       | R-057
course_review            | choice  | off block_unapproved                            | no       | A-16
max_gap_min              | whole   | 1–240                                           | no       | §3b 3d
max_session_min          | whole   | 1–1440                                          | no       | A-27
future_tolerance_min     | whole   | 0–1440                                          | no       | §3b 2
late_flag_days           | whole   | 0–3650                                          | no       | §3b 2
presence_check_every_min | whole   | 0–240                                           | no       | §3b
heartbeat_seconds        | whole   | 5–600                                           | no       | §3b
slice_min                | whole   | 1–60                                            | no       | §3b
daily_cap_min            | whole   | 1–1440                                          | yes      | A-23
zone                     | zone    |                                                 | no       | §3b 6
video_basis              | choice  | wall content                                    | no       | §3b 3c
single_durations         | choice  | count ignore                                    | no       | §3b 3e
gap_estimate             | choice  | off on                                          | no       | §3b 3f
offline_award            | choice  | per_session all_or_nothing                      | no       | A-13
log_required             | choice  | teacher class none                              | no       | A-12
makeup                   | flag    |                                                 | no       | A-13
team_training_counts     | flag    |                                                 | no       | A-13
practice_excess          | choice  | cap show_in_total                               | no       | A-03
practice_focus_scope     | choice  | school group                                    | no       | A-06
approval                 | choice  | required auto                                   | no       | A-14
institution_approval     | choice  | off on                                          | no       | R-065
required_stages          | list    |                                                 | no       | A-14
transfer_policy          | choice  | evidence_date current_school                    | no       | A-25
grace_days               | whole   | 0–366                                           | no       | A-15
special_stage            | choice  | preschool primary secondary vocational group    | no       | A-04
audience_check           | choice  | off warn error                                  | no       | A-05
stage_check              | choice  | error warn                                      | no       | A-07
class_max                | whole   | 1–100000                                        | no       | A-08
class_max_level          | choice  | warn error                                      | no       | A-08
class_max_scope          | choice  | joint all                                       | no       | A-08
team_small_school        | choice  | min3 strict                                     | no       | A-09
headcount_basis          | choice  | staff participants                              | no       | A-10
multi_group              | choice  | allow deny                                      | no       | A-11
teacher_min_focus        | whole   | 0–23                                            | no       | A-21
process_assessment       | choice  | manual derived                                  | no       | A-17
final_required           | flag    |                                                 | no       | A-17
record_mode              | choice  | all_or_nothing by_component                     | no       | A-18
gradebook_value          | choice  | accrued recorded                                | no       | A-19
columns                  | choice  | total total+components                          | no       | A-19
display_rounding         | choice  | floor                                           | no       | A-26
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()[1:]]


def read_anew() -> dict[str, Setting]:
    """The table as its module makes it when it is read."""
    return {one.name: one for one in runpy.run_path(settings.__file__, run_name=settings.__name__)["SETTINGS"]}


def test_every_setting_is_in_the_table_and_every_question_is_answered() -> None:
    assert [row[0] for row in ROWS] == list(BY_NAME) == list(read_anew())
    answered = {row[4] for row in ROWS}
    elsewhere = {"A-22", "A-24", "A-28", "A-29"}  # dates, credentials, classes and the catalogue of the programme
    assert {f"A-{number:02}" for number in range(1, 30)} <= answered | elsewhere
    assert set(ELSEWHERE) == {"practice_catalogue", "sources", "cohorts", "group", "class"}


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in ROWS])
def test_a_setting(row: list[str]) -> None:
    name, kind, allowed, optional, source = row
    setting = read_anew()[name]

    assert (setting.name, setting.kind, setting.source) == (name, kind, source)
    assert setting.optional is (optional == "yes")
    assert setting.sentence.endswith(".")
    if kind == "choice":
        assert setting.allowed == tuple(allowed.split())
    if kind == "whole":
        assert f"{setting.least}–{setting.most}" == allowed
