"""Xuefen (学分): training credits from learning statements, inside the LMS."""
