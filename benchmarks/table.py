"""Print what pytest-benchmark measured as a table: python benchmarks/table.py FILE."""

import json
import sys
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("numpy", "matplotlib", "jupyterlab", "ipywidgets", "ipykernel", "keras")


def main(path):
    measured = json.loads(Path(path).read_text("utf-8"))
    groups = defaultdict(dict)
    for row in measured["benchmarks"]:
        groups[row["group"]][row["extra_info"]["who"]] = row
    print("| what | ours | instead | theirs | theirs / ours | wanted |")
    print("|---|---|---|---|---|---|")
    for name, rows in groups.items():
        ours = rows.pop("ours")
        target = ours["extra_info"]["target"]
        peers = rows or {"": None}
        for who, row in peers.items():
            print(line(name, seconds, ours, who, row, target))
        if "bytes" in ours["extra_info"]:
            for who, row in peers.items():
                print(line(f"{name}, size", kilobytes, ours, who, row, target))
    print(f"\nMedians of one run. {machine(measured['machine_info'])}")


def line(name, quantity, ours, who, row, target):
    mine, words = quantity(ours)
    theirs, their_words = quantity(row) if row else (None, "")
    ratio = f"{theirs / mine:.2f}" if row else ""
    return f"| {name} | {words} | {who} | {their_words} | {ratio} | {target} |"


def seconds(row):
    value = row["stats"]["median"]
    return value, f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


def kilobytes(row):
    value = row["extra_info"]["bytes"]
    return value, f"{value / 1000:,.0f} kB"


def machine(info):
    cpu = info["cpu"]
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return (
        f"{cpu.get('brand_raw', info['machine'])}, {cpu.get('count', '?')} cores, "
        f"{info['system']}, Python {info['python_version']}, {packages}."
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
