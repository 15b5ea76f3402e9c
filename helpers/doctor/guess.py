"""What a target looks like: a guess at the problem, and what it leaves open."""

import numpy as np

OFTEN = 0.02  # of the rows are 0, where events are counted
FEW = 20  # more different whole numbers than this are taken for measurements
YES = {"yes", "true", "y", "si", "sí", "sim", "ja", "j", "oui", "да", "1"}


def guess(target):
    """Return the problem that the values suggest, and what they leave open."""
    if target.columns > 1:
        return _guess_columns(target)
    different = len(target.distinct)
    if target.text:
        return ("binary" if different == 2 else "multiclass"), _doubt_text(target)
    if different == 2 and target.whole:
        return "binary", ""
    if not target.whole:
        share = "shares between 0 and 1: if they are probabilities of a yes, say "
        remedy = f'{share}problem="binary", which keeps predictions between 0 and 1'
        return "regression", remedy if target.within_0_1 else ""
    repeated = len(target.values) >= 3 * different
    integers = target.values.dtype.kind in "iu"
    if different <= FEW and (target.counted or (integers and repeated)):
        doubt = (
            f"{different} different whole numbers may be classes or counts; taken for "
            'classes. If 2 is twice as much as 1, say problem="regression"'
        )
        counts = '; if they count events, problem="counts"'
        return "multiclass", doubt + counts * (target.low == 0)
    if integers and _is_like_counts(target.values):
        doubt = "taken for counts of events: whole numbers from 0 on, few of them large"
        return "counts", f'{doubt}. If they are amounts, say problem="regression"'
    doubt = (
        f"{different} different whole numbers are taken for amounts. If they are class "
        'numbers, say problem="multiclass"'
    )
    return "regression", doubt if repeated else ""


def _guess_columns(target):
    if target.text:
        raise ValueError(
            f"y must have one column of text, got {target.columns}: choose one column, "
            f"or make it multi-hot, with {_multi_hot(target)}"
        )
    if target.shares:
        return "multiclass", ""
    if target.zero_one or target.distinct.tolist() == [-1, 1]:
        return "multilabel", ""
    if target.whole and target.values.size >= 3 * len(target.distinct):
        return "regression", _doubt_columns(target)
    doubt = (
        'between 0 and 1: if they are probabilities of a yes, say problem="multilabel"'
    )
    return "regression", doubt if target.within_0_1 else ""


def _multi_hot(target):
    """Return code that gives 1 for each yes, if each column has one word beside it."""
    yes = []
    for words in map(np.unique, target.values.T):
        if len(words) > 2:
            return "pandas.get_dummies"
        if len(words) == 1:  # all of them a yes, or all a no: as in the other columns
            words = target.distinct
        plain = [word.strip().lower() in YES for word in words.astype(str)]
        yes.append(words[plain.index(True) if sum(plain) == 1 else -1].item())
    if len(set(yes)) == 1:
        yes = yes[0]
    elif len(yes) > FEW:
        return "a column of 0 and 1 for each label"
    return f"(np.asarray(y) == {yes!r}).astype(int)"


def _doubt_columns(target):
    doubt = (
        f"whole numbers in {target.columns} columns are taken for amounts. If each "
        "column holds class numbers, choose for one at a time, choose_loss(y[:, 0]), "
        "and give the model an output for each; if a row is a sequence with a class at "
        "each place, choose_loss(np.ravel(y)) gives the layer and loss of each place"
    )
    counts = '; if they count events, say problem="counts"'
    return doubt + counts * (target.low >= 0)


def _doubt_text(target):
    try:
        target.distinct.astype(float)
    except ValueError:
        pass
    else:
        return "the text reads as numbers; if it is amounts, give y.astype(float)"
    names = len(target.distinct)
    if names > FEW and 2 * names > len(target.values):
        return f"{names} names in {len(target.values)} rows: are they classes at all?"
    return ""


def _is_like_counts(values):
    """Whether whole numbers start at 0, are often small and now and then large."""
    often_0 = (values == 0).mean() > OFTEN and values.min() == 0
    return often_0 and values.mean() > np.median(values)
