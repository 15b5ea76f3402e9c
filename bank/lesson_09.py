"""What people answer to the exercises of lesson 9; CONTRIBUTING.md says how."""

import numpy as np

from helpers.data import from_table

NAMES = {"from_table": from_table}


def _options(A=3, B=4, C=1, D=5, E=2):
    return {"A": A, "B": B, "C": C, "D": D, "E": E}


# Exercise 9.3


def _in_two_lines(table):
    hidden = ["refund"]
    return from_table(table, target="returned", leave_out=hidden, groups="customer")


def _another_split(table):
    kept = {name: column for name, column in table.items() if name != "refund"}
    return from_table(kept, "returned", groups="customer", seed=4)


def _as_she_did(table):
    return from_table(table, "returned")


def _refund_out(table):
    return from_table(table, "returned", leave_out="refund")


def _groups_alone(table):
    return from_table(table, "returned", groups="customer")


def _customer_out(table):
    return from_table(table, "returned", leave_out=["refund", "customer"])


def _all_out(table):
    leave_out = ["refund", "customer", "postcode"]
    return from_table(table, "returned", leave_out=leave_out)


def _postcode_out(table):
    leave_out = ["refund", "postcode"]
    return from_table(table, "returned", groups="customer", leave_out=leave_out)


def _by_postcode(table):
    return from_table(table, "returned", groups="postcode", leave_out="refund")


def _weight_out(table):
    leave_out = ["refund", "weight_kg"]
    return from_table(table, "returned", groups="customer", leave_out=leave_out)


def _weight_predicted(table):
    return from_table(table, "express", groups="customer", leave_out="refund")


def _the_report(table):
    return from_table(table, "returned", groups="customer", leave_out="refund").report


def _features_alone(table):
    made = from_table(table, "returned", groups="customer", leave_out="refund")
    return made.x_train


def _order(table):
    return from_table(table, "returned", order="customer", leave_out="refund")


def _of_some_rows(table):
    less = {name: column[::-1] for name, column in table.items()}
    less["returned"] = table["returned"]
    return from_table(less, "returned", groups="customer", leave_out="refund")


# Exercise 9.4


def _masks_to_numbers(people, seed):
    names = np.unique(people)
    np.random.default_rng(seed).shuffle(names)
    n = len(names) // 5
    valid, test = set(names[-n:]), set(names[:n])
    rows = range(len(people))
    return (
        [row for row in rows if people[row] not in valid | test],
        [row for row in rows if people[row] in valid],
        [row for row in rows if people[row] in test],
    )


def _where(people, seed):
    names = np.random.default_rng(seed).permutation(sorted(set(people.tolist())))
    test, valid, train = np.split(names, [len(names) // 5, 2 * (len(names) // 5)])
    return [np.where(np.isin(people, part))[0] for part in (train, valid, test)]


def _rows_dealt(people, seed):
    rows = np.random.default_rng(seed).permutation(len(people))
    n = len(people) // 5
    return rows[2 * n :], rows[:n], rows[n : 2 * n]


def _not_unique(people, seed):
    names = np.random.default_rng(seed).permutation(people)
    n = len(names) // 5
    valid, test = np.isin(people, names[:n]), np.isin(people, names[n : 2 * n])
    return [np.flatnonzero(part) for part in (~(valid | test), valid, test)]


def _names_alone(people, seed):
    names = np.random.default_rng(seed).permutation(np.unique(people))
    n = len(names) // 5
    return names[2 * n :], names[:n], names[n : 2 * n]


def _as_masks(people, seed):
    names = np.random.default_rng(seed).permutation(np.unique(people))
    n = len(names) // 5
    valid, test = np.isin(people, names[:n]), np.isin(people, names[n : 2 * n])
    return ~(valid | test), valid, test


def _not_shuffled(people, seed):
    names = np.unique(people)
    n = len(names) // 5
    valid, test = np.isin(people, names[:n]), np.isin(people, names[n : 2 * n])
    return [np.flatnonzero(part) for part in (~(valid | test), valid, test)]


def _one_seed(people, seed):
    return _where(people, 0)


def _train_last(people, seed):
    train, valid, test = _where(people, seed)
    return valid, test, train


def _two_parts(people, seed):
    train, valid, test = _where(people, seed)
    return train, np.r_[valid, test]


def _one_row_each(people, seed):
    names, first = np.unique(people, return_index=True)
    order = np.random.default_rng(seed).permutation(len(names))
    n = len(names) // 5
    return first[order[2 * n :]], first[order[:n]], first[order[n : 2 * n]]


def _rounded_up(people, seed):
    names = np.random.default_rng(seed).permutation(np.unique(people))
    n = -(-len(names) // 5)
    valid, test = np.isin(people, names[:n]), np.isin(people, names[n : 2 * n])
    return [np.flatnonzero(part) for part in (~(valid | test), valid, test)]


def _test_overlaps(people, seed):
    names = np.random.default_rng(seed).permutation(np.unique(people))
    n = len(names) // 5
    valid, test = np.isin(people, names[:n]), np.isin(people, names[: 2 * n])
    return [np.flatnonzero(part) for part in (~(valid | test), valid, test)]


# Exercise 9.5


def _order_of(x, seed):
    return np.random.default_rng(seed).permutation(len(x))


def _one_by_one(predict, score_of, x, columns, seed):
    order, other = _order_of(x, seed), np.array(x)
    for column in columns:
        other[:, column] = x[order, column]
    return float(score_of(predict(x)) - score_of(predict(other)))


def _with_where(predict, score_of, x, columns, seed):
    chosen = np.isin(np.arange(x.shape[1]), columns)
    other = np.where(chosen, x[_order_of(x, seed)], x)
    return score_of(predict(x)) - score_of(predict(other))


def _after_alone(predict, score_of, x, columns, seed):
    other = x.copy()
    other[:, columns] = x[_order_of(x, seed)][:, columns]
    return score_of(predict(other))


def _sign(predict, score_of, x, columns, seed):
    return -_one_by_one(predict, score_of, x, columns, seed)


def _zeros(predict, score_of, x, columns, seed):
    other = x.copy()
    other[:, columns] = 0
    return score_of(predict(x)) - score_of(predict(other))


def _means(predict, score_of, x, columns, seed):
    other = x.copy()
    other[:, columns] = x[:, columns].mean(axis=0)
    return score_of(predict(x)) - score_of(predict(other))


def _each_apart(predict, score_of, x, columns, seed):
    rng, other = np.random.default_rng(seed), x.copy()
    for column in columns:
        other[:, column] = x[rng.permutation(len(x)), column]
    return score_of(predict(x)) - score_of(predict(other))


def _whole_rows(predict, score_of, x, columns, seed):
    return score_of(predict(x)) - score_of(predict(x[_order_of(x, seed)]))


def _in_place(predict, score_of, x, columns, seed):
    before = score_of(predict(x))
    x[:, columns] = x[_order_of(x, seed)][:, columns]
    return before - score_of(predict(x))


def _the_other_way(predict, score_of, x, columns, seed):
    other, order = x.copy(), _order_of(x, seed)
    for row, to in enumerate(order):
        other[to, columns] = x[row, columns]
    return score_of(predict(x)) - score_of(predict(other))


def _not_predicted(predict, score_of, x, columns, seed):
    other = x.copy()
    other[:, columns] = x[_order_of(x, seed)][:, columns]
    return score_of(predict(x)) - score_of(predict(x))


def _another_shuffle(predict, score_of, x, columns, seed):
    other, order = x.copy(), np.arange(len(x))
    np.random.default_rng(seed + 1).shuffle(order)
    other[:, columns] = x[order][:, columns]
    return score_of(predict(x)) - score_of(predict(other))


RIGHT = {
    "inputs": [13, 13.0, np.int64(13), np.array(13)],
    "which_option": [
        {"E": 2, "D": 5, "C": 1, "B": 4, "A": 3},
        {"A": 3.0, "B": np.int64(4), "C": 1, "D": 5, "E": 2},
    ],
    "honest": [_in_two_lines, _another_split],
    "split_people": [_masks_to_numbers, _where],
    "importance": [_one_by_one, _with_where],
}

WRONG = {
    "inputs": [
        (7, "one for each column"),
        (8, "the columns of the file"),
        (14, "the weight is the answer"),
        (12, "no sex in the table"),
        (10, "statistics books"),
        (11, "which makes three"),
        (4, "columns of numbers"),
        (9, "in all"),
        (344, "number of rows"),
        (206, "number of rows"),
        (20, "Count for each line"),
        (12.5, "whole number"),
        ("13", "take the quotes away"),
    ],
    "which_option": [
        (_options(A=5), "how many reminders"),
        (_options(A=1), "how many reminders"),
        (_options(B=5), "or a better one"),
        (_options(B=3), "or a better one"),
        (_options(C=5), "Who is to be heard"),
        (_options(C=2), "Who is to be heard"),
        (_options(D=1), "found by chance"),
        (_options(E=1), "foretells tomorrow"),
        (_options(E=5), "foretells tomorrow"),
        (_options(E=6), "numbered 1 to 5"),
        (_options(A="leave_out"), "take the quotes away"),
        ({"A": 3}, "needs the keys"),
        (3, "should be a dictionary"),
    ],
    "honest": [
        (_as_she_did, "it is the answer itself"),
        (_groups_alone, "it is the answer itself"),
        (_refund_out, "still stand in several parts"),
        (_order, "Which argument keeps them together"),
        (_customer_out, "the postcode gives people away"),
        (_all_out, "gives people away"),
        (_postcode_out, "`postcode` is known"),
        (_by_postcode, "name is still an input"),
        (_weight_out, "`weight_kg` is known"),
        (_weight_predicted, "whether a parcel is `returned`"),
        (_the_report, "what `from_table` returns"),
        (_features_alone, "what `from_table` returns"),
        (_of_some_rows, "the table that it is given"),
        ({"groups": "customer"}, "A function is wanted"),
    ],
    "split_people": [
        (_rows_dealt, "stand in two parts"),
        (_not_unique, "stand in two parts"),
        (_names_alone, "You return names"),
        (_as_masks, "Row numbers are wanted"),
        (_not_shuffled, "shuffle the names"),
        (_one_seed, "shuffle the names"),
        (_train_last, "should choose"),
        (_two_parts, "three arrays"),
        (_one_row_each, "are in no part"),
        (_rounded_up, "should choose"),
        (_test_overlaps, "twice in one"),
        ([[0], [1], [2]], "A function is wanted"),
    ],
    "importance": [
        (_after_alone, "before, less after"),
        (_sign, "The sign"),
        (_zeros, "zeros"),
        (_means, "Half a word"),
        (_each_apart, "by itself"),
        (_whole_rows, "whole rows"),
        (_in_place, "Change a copy"),
        (_the_other_way, "what row"),
        (_not_predicted, "Nothing is lost"),
        (_another_shuffle, "Use one"),
        (0.5, "A function is wanted"),
    ],
}
