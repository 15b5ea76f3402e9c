"""A row of the table is one group of benchmarks: ours, and what one would use instead.

Each says in ``extra_info`` who it is ("ours", or the peer's name) and ours the target.
"""

import pytest

from tests.jupyterlab import session


@pytest.fixture(scope="session")
def open_notebook(tmp_path_factory):
    """Open a notebook in JupyterLab in headless Chromium."""
    with session(tmp_path_factory.mktemp("jupyterlab")) as opener:
        yield opener
