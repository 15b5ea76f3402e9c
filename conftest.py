"""What holds for every test, notebooks included."""

import gc
import os
from pathlib import Path

import pytest

# The kernels that run the notebooks inherit these. Nothing records progress; without
# oneDNN's own order of summation, TensorFlow prints the same digits on every machine.
os.environ["DOWNHILL_PROGRESS"] = "off"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
# One thread a process, since the processes run side by side: more of them wait for each
# other at work, which costs a tenth of the whole.
for library in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
    os.environ[library] = "1"
# Matplotlib's list of fonts is made anew here: the user's may name fonts that are gone.
os.environ["MPLCONFIGDIR"] = str(Path(__file__).parent / ".pytest_cache" / "matplotlib")


def pytest_collectstart():
    """Leave the collector of garbage out: nothing is thrown away meanwhile."""
    gc.disable()


def pytest_collection_finish():
    """Spare the collector what is there now, TensorFlow and the tests: it stays."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def in_ci():
    """Leave a test to CI, and to who asks for it with CI=true: it takes minutes."""
    if not os.environ.get("CI"):
        pytest.skip("takes minutes: left to CI, or to `CI=true make test`")
