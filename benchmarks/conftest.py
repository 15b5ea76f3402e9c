"""Rows of the table: `bench_*.py`, one group a row, ours and its peers in it."""


def pytest_collect_file(parent, file_path): ...
