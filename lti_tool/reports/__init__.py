"""Reports of a programme as sheets: rows with codes as keys, ready to be written as XLSX, CSV or JSON (domain.md §3d).

Each report is one module with `rows(source)`; what its columns are called, and in which order they stand, is data
(`columns.toml`), since no official template is public.
"""
