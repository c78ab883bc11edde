"""Sheets that an institution fills in: the roster, attendance 签到 and assessments 考核 (domain.md §3d).

A sheet is read whole before anything is written. Then each row does its work, says what is on record already, or is set
aside with its reason in a file of the same columns, which is mended and imported again.
"""
