"""Three fifths of the rows to train with, one to choose with, one to test with."""

import numpy as np


def split(n, labels=None, seed=1):
    """Return shuffled row numbers of the three parts; classes keep their proportions.

    As two calls of scikit-learn's ``train_test_split``, which only ``labels`` need: the
    first lessons then do not wait for its import.
    """
    cut = _cut if labels is None else _stratified_cut
    rest, test = cut(np.arange(n), n // 5, labels, seed)
    train, valid = cut(rest, n // 5, labels, seed)
    return {"train": train, "valid": valid, "test": test}


def _cut(rows, size, labels, seed):
    order = np.random.RandomState(seed).permutation(len(rows))
    return rows[order[size:]], rows[order[:size]]


def _stratified_cut(rows, size, labels, seed):
    from sklearn.model_selection import train_test_split

    return train_test_split(
        rows, test_size=size, random_state=seed, stratify=labels[rows]
    )


def split_by_group(groups, labels=None, seed=1):
    """Return row numbers of three parts such that each group is in one of them."""
    from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

    different = len(np.unique(groups))
    if different < 5:
        raise ValueError(
            f"groups must hold at least 5 different values, got {different}: three "
            "parts of them train, one is to choose with, one to test"
        )
    kind = GroupKFold if labels is None else StratifiedGroupKFold
    folds = kind(5, shuffle=True, random_state=seed)
    folds = [rows for _, rows in folds.split(groups, labels, groups)]
    return {
        "train": np.concatenate(folds[2:]),
        "valid": folds[1],
        "test": folds[0],
    }


def split_by_order(order):
    """Return row numbers of three parts: the first rows train, the last ones test."""
    rows, fifth = np.argsort(order, kind="stable"), len(order) // 5
    train, valid, test = np.split(rows, [len(rows) - 2 * fifth, len(rows) - fifth])
    return {"train": train, "valid": valid, "test": test}


def strata(y, kind):
    """Return what is to be in like proportions in each part: (rows,), or None.

    For several labels that is their combination; the rare ones count as one.
    """
    if kind == "regression":
        return None
    if kind != "multilabel":
        return y
    _, combined, counts = np.unique(y, axis=0, return_inverse=True, return_counts=True)
    combined = np.where(counts[combined] < 10, -1, combined.ravel())
    return (
        combined if (np.unique(combined, return_counts=True)[1] >= 10).all() else None
    )
