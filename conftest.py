"""What holds for every test, notebooks included."""

import os
from pathlib import Path

# The kernels that run the notebooks inherit these. Nothing records progress; without
# oneDNN's own order of summation, TensorFlow prints the same digits on every machine.
os.environ["DOWNHILL_PROGRESS"] = "off"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
# Matplotlib's list of fonts is made anew here: the user's may name fonts that are gone.
os.environ["MPLCONFIGDIR"] = str(Path(__file__).parent / ".pytest_cache" / "matplotlib")
