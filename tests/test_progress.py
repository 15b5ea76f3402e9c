"""What is solved stays solved, whoever else writes it down."""

import json
import subprocess
import sys

SOLVE = """\
import sys
from helpers.checks import progress
print("ready", flush=True)
input()
for n in range(100):
    progress.record(sys.argv[1], f"{sys.argv[2]}-{n}")
"""


def test_kernels_side_by_side_lose_no_progress(tmp_path, monkeypatch):
    """Two of one lesson and one of another, each with a hundred exercises."""
    (tmp_path / "source").mkdir()
    my = tmp_path / "my"
    my.mkdir()
    monkeypatch.delenv("DOWNHILL_PROGRESS")
    who = [("04", "a"), ("04", "b"), ("05", "c")]
    kernels = [
        subprocess.Popen(
            [sys.executable, "-c", SOLVE, *each],
            cwd=my,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for each in who
    ]
    for kernel in kernels:
        assert kernel.stdout.readline() == "ready\n"
    for kernel in kernels:
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    assert [kernel.communicate()[0] for kernel in kernels] == ["", "", ""]
    solved = json.loads((my / "progress.json").read_text("utf-8"))
    assert {lesson: len(names) for lesson, names in solved.items()} == {
        "04": 200,
        "05": 100,
    }
    assert [file.name for file in my.glob("[!.]*")] == ["progress.json"]
