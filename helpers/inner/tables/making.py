"""The fields of a problem of one's own, from a table or from arrays."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.inner.arguments import one_of, whole
from helpers.inner.tables import doubts, splits, writing
from helpers.inner.tables.cells import read_all
from helpers.inner.tables.columns import SMALLEST
from helpers.inner.tables.preparation import learn
from helpers.inner.tables.reading import column_of, read_table
from helpers.inner.tables.report import Report
from helpers.inner.tables.target import read_target

LEAST = 10  # rows: two to choose with, two to test with
KINDS = ("regression", "binary", "multiclass", "multilabel")
PARTS = {"train": "train", "valid": "to choose with", "test": "to test with"}


def from_table(
    table, target, *, problem, groups, order, leave_out, seed, name, choose_loss
):
    """Return the fields of an OwnProblem: what ``helpers.data.from_table`` makes."""
    check_options(problem, groups, order, seed)
    frame, semicolons = read_table(table)
    targets = _columns(frame, target, "target")
    leave_out = () if leave_out is None else leave_out
    unused = _columns(frame, leave_out, "leave_out") if leave_out != () else []
    special = {}
    for argument, column in (("groups", groups), ("order", order)):
        if column is not None:
            special[argument] = column_of(frame, column, argument)
    for argument, used in (*special.items(), *(("leave_out", c) for c in unused)):
        if used in targets:
            raise ValueError(f"{argument} must not be the target, got {used!r}")

    sorting = {arg: _sorting(frame[column]) for arg, column in special.items()}
    there = np.all([values.notna() for values in sorting.values()], axis=0)
    there = np.broadcast_to(there, len(frame))
    rows = {"in the table": len(frame)}
    if not there.all():
        which = " or ".join(sorting)
        rows[f"left out: {which} is missing"] = int((~there).sum())
        frame = frame[there]
    goal, y, why_not = read_target(frame[targets], problem, semicolons, choose_loss)
    for why in sorted(set(why_not) - {""}):
        rows[f"left out: {why}"] = int((why_not == why).sum())
    frame = frame[why_not == ""]
    enough(len(frame), "table")

    sorting = {arg: values.loc[frame.index] for arg, values in sorting.items()}
    parts = split(y, goal.kind, seed, **sorting)
    (goal, encoded), amounts = encode(goal, y, parts["train"]), y
    not_features = {*targets, *unused, special.get("groups")}
    features = frame[[c for c in frame.columns if c not in not_features]]
    if features.columns.empty:
        beside = ", ".join(map(str, (*targets, *unused, *special.values())))
        raise ValueError(f"table has no column beside {beside}: none to learn from")
    preparation, read = learn(features.iloc[parts["train"]], semicolons)
    columns, values = preparation.columns, preparation.read(features)
    gaps = {name: int(cells.isna().sum()) for name, cells in values.items()}
    arrays = {f"y_{part}": encoded[chosen] for part, chosen in parts.items()}
    for part, chosen in parts.items():
        some = {name: cells.iloc[chosen] for name, cells in values.items()}
        arrays[f"x_{part}"] = preparation.features(some)
        rows[PARTS[part]] = len(chosen)
    scaler = preparation.pipeline[-1]
    arrays |= {"x_mean": scaler.mean_.astype("f4")}
    arrays |= {"x_scale": scaler.scale_.astype("f4")}

    x, y = arrays["x_train"], arrays["y_train"]
    suspected = [
        *doubts.giveaways(x, y, goal.kind, preparation.sources),
        *writing.totals(features),
        *writing.slips(features, columns, values),
        *writing.ways(features, columns),
        *writing.codes(columns, read),
        *writing.outliers(goal, amounts, columns, values),
        *doubts.duplicates(frame.drop(columns=unused), columns),
        *(doubts.people(columns, read) if not special else ()),
        *(doubts.time(columns, read) if not special else ()),
        *doubts.alphabet(special, sorting),
        *writing.several_labels(goal),
        *writing.spellings("classes", goal.names if goal.classes else ()),
        *doubts.classes(goal, y),
        *doubts.few(parts),
        *doubts.wide(x),
    ]
    said = [(c.name, c.what, gaps[c.name] if c.used else "", c.done) for c in columns]
    said += (
        [(special["groups"], "groups", "", "left out")] if "groups" in special else []
    )
    said += [(column, "as you said", "", "left out") for column in unused]
    said = pd.DataFrame(said, columns=["column", "was", "gaps", "done"])
    report = Report(said, rows, described(goal), tuple(suspected))
    names = preparation.feature_names
    return fields(name or _name(table), goal, arrays, names, preparation, report)


def check_options(problem, groups, order, seed):
    """Check what tables and arrays have in common."""
    if whole("seed", seed) >= 2**32:
        raise ValueError(f"seed must be below 2**32, got {seed}")
    if problem is not None:
        one_of("problem", problem, KINDS)
    if groups is not None and order is not None:
        raise ValueError("give groups or order, not both: a row is in one part only")


def enough(rows, name):
    """Check that so many rows can be parted."""
    if rows < LEAST:
        raise ValueError(
            f"{name} has {rows} rows to use: three parts need at least {LEAST}, and a "
            "network many more; get more rows, or a target with fewer gaps"
        )


def split(y, kind, seed, groups=None, order=None):
    """Return the row numbers of each part."""
    if order is not None:
        if len(np.unique(order)) == 1:
            raise ValueError(
                f"order must tell rows apart, got {np.asarray(order)[0]} in each of "
                f"{len(order)}: choose another column, such as a date"
            )
        return splits.split_by_order(np.asarray(order))
    labels = splits.strata(y, kind)
    if groups is not None:
        return splits.split_by_group(np.asarray(groups), labels, seed)
    return splits.split(len(y), labels, seed)


def encode(goal, y, train):
    """Return Target and y as Problem keeps it, if the training rows can teach it."""
    same = np.ptp(y[train], axis=0) < SMALLEST
    if same.any():
        name = goal.names[same.argmax()] if y.ndim > 1 else ", ".join(goal.names)
        raise ValueError(
            f"target {name!r} is the same in all {len(train)} training rows: "
            "choose other groups or another order"
        )
    return goal.encode(y, train)


def described(goal):
    """Return what is predicted, in words."""
    between = "; " if any("," in name for name in goal.names) else ", "
    names = [*goal.names[:10], *(["..."] if len(goal.names) > 10 else [])]
    return f"{between.join(names)} ({goal.kind})"


def fields(name, goal, arrays, feature_names, preparation, report):
    """Return all fields of an OwnProblem; its arrays are read-only."""
    for array in arrays.values():
        array.flags.writeable = False
    return arrays | {
        "name": name,
        "kind": goal.kind,
        "feature_names": tuple(feature_names),
        "target_names": goal.names,
        "y_mean": goal.mean,
        "y_scale": goal.scale,
        "preparation": preparation,
        "target": goal,
        "report": report,
    }


def _columns(frame, wanted, argument):
    several = isinstance(wanted, list | tuple) and str(wanted) not in frame.columns
    wanted = list(wanted) if several else [wanted]
    if not wanted:
        raise ValueError(f"{argument} must be a column of the table, or several")
    return list(dict.fromkeys(column_of(frame, name, argument) for name in wanted))


def _sorting(column):
    """Return a column's values such that they can be compared."""
    _, read = read_all(column.to_frame())
    return read[column.name]


def _name(table):
    return Path(table).stem if isinstance(table, str | Path) else "table"
