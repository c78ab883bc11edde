"""What a statement must be: one module per part, each a function from (value, path, problems)."""

from xapi.validation.problems import Problem, Problems, write_path
from xapi.validation.statement import check_statement

__all__ = ["Problem", "Problems", "check_statement", "write_path"]
