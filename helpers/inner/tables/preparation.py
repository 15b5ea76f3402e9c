"""From a table to the features of a network, learnt from its training rows alone."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from helpers.inner.tables.cells import LARGEST, read_all, tidy
from helpers.inner.tables.columns import GAP, Column, frequent, judge
from helpers.inner.tables.reading import column_of, read_table
from helpers.inner.tables.report import counted
from helpers.inner.tables.writing import slips


@dataclass(frozen=True)
class Preparation:
    """What turns a table into ``x``: call it with a table that has the same columns."""

    columns: tuple[Column, ...]
    pipeline: Pipeline
    feature_names: tuple[str, ...]
    sources: tuple[str, ...]

    def __call__(self, table) -> np.ndarray:
        """Return float32 of shape (rows, features)."""
        frame, _ = read_table(table)
        for column in self.columns:
            if column.used:
                column_of(frame, column.name, "each column that was learnt from")
        read = self.read(frame)
        for what in self._unknown(frame, read):
            warnings.warn(what, stacklevel=3)
        return self.features(read)

    def _unknown(self, frame, read):
        """Say which cells no training row prepares for, and what was made of them."""
        yield from slips(frame, self.columns, read)
        with_words = [column for column in self.columns if column.words]
        one_hot = with_words and self.pipeline[0].named_transformers_["words"]
        for i, column in enumerate(with_words):
            known, rare = one_hot.categories_[i], one_hot.infrequent_categories_[i]
            new = read[column.name].fillna(GAP)
            new = new[~new.isin(known)]
            if len(new):
                words = ", ".join(map(repr, new.unique()[:5]))
                made = "as none of its words"
                if rare is not None:
                    made = "as a rare word"
                elif len(known) == 2:
                    made = f"as {known[0]!r}"
                yield (
                    f"column {column.name!r} has {counted(len(new), 'cell')} with "
                    f"words that no training row had, such as {words}: taken {made}"
                )

    def read(self, frame):
        """Return the values of each column that is used, by name."""
        used = [column for column in self.columns if column.used]
        return {c.name: c.style.read(tidy(frame[c.name])) for c in used}

    def features(self, read):
        """Return what values that were read become."""
        numbers, words = _clean(self.columns, read)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a word that training rows never had
            x = self.pipeline.transform(_frame(numbers + words))
        return np.clip(x, -LARGEST, LARGEST).astype(np.float32)


def learn(rows, semicolons):
    """Return the Preparation that the training rows teach, and their values by name."""
    how, read = read_all(rows, semicolons, often=True)
    columns = tuple(judge(name, how[name], values) for name, values in read.items())
    if not any(column.used for column in columns):
        why = "; ".join(f"{c.name!r}: {c.what}" for c in columns[:10])
        raise ValueError(f"table has no column left to learn from ({why})")

    numbers, words = _clean(columns, read)
    one_hot = OneHotEncoder(
        min_frequency=frequent(len(rows)),
        handle_unknown="infrequent_if_exist",
        drop="if_binary",
        sparse_output=False,
    )
    between = len(numbers)
    parts = [
        ("numbers", SimpleImputer(strategy="median"), slice(0, between)),
        ("words", one_hot, slice(between, None)),
    ]
    parts = [part for part, some in zip(parts, (numbers, words), strict=True) if some]
    pipeline = make_pipeline(ColumnTransformer(parts), StandardScaler())
    pipeline.fit(_frame(numbers + words))
    names = [name for name, _ in numbers]
    sources = [c.name for c in columns if c.used for _ in c.numbers(read[c.name])]
    if words:
        for column, word in _words_of(pipeline[0].named_transformers_["words"]):
            sources.append(words[column][0])
            names.append(f"{words[column][0]}={word}")
    return Preparation(columns, pipeline, tuple(names), tuple(sources)), read


def _words_of(one_hot):
    """Return column number and word of each feature of a fitted OneHotEncoder."""
    numbers = [str(i) for i in range(one_hot.n_features_in_)]
    for name in one_hot.get_feature_names_out(numbers):
        column, word = name.split("_", 1)
        yield int(column), "(other)" if word == "infrequent_sklearn" else word


def _clean(columns, read):
    """Return names and values of what is in numbers, and of what is in words."""
    columns = [column for column in columns if column.used]
    numbers = [pair for c in columns for pair in c.numbers(read[c.name]).items()]
    words = [(c.name, read[c.name].fillna(GAP)) for c in columns if c.words]
    return numbers, words


def _frame(named):
    """Return a DataFrame whose columns are numbered: two names may be the same."""
    return pd.DataFrame(dict(enumerate(values for _, values in named)))
