"""From a table to the features of a network, learnt from its training rows alone."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from helpers.inner.tables.cells import LARGEST, styles
from helpers.inner.tables.columns import GAP, Column, frequent, judge
from helpers.inner.tables.reading import column_of, read_table

BLOCK = 50_000  # rows that are prepared at once, in float64


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
        for column in self.used:
            column_of(frame, column.name, "the new table's column")
        return self.transform(frame)

    @property
    def used(self):
        """The columns that were not left out."""
        return [c for c in self.columns if c.used]

    def transform(self, frame):
        """Return what a table with all columns becomes."""
        x = np.empty((len(frame), len(self.feature_names)), np.float32)
        for start in range(0, len(frame), BLOCK):
            rows = slice(start, start + BLOCK)
            read = {c.name: c.style.read(frame[c.name].iloc[rows]) for c in self.used}
            numbers, words = _clean(self.used, read)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a word that training rows never had
                part = self.pipeline.transform(_frame(numbers + words))
            x[rows] = np.clip(part, -LARGEST, LARGEST)
        return x


def learn(frame, train, semicolons) -> Preparation:
    """Return the Preparation that rows ``train`` of a table teach."""
    rows = frame.iloc[train]
    how = styles(rows, semicolons)
    read = {name: style.read(rows[name]) for name, style in how.items()}
    columns = tuple(judge(name, how[name], values) for name, values in read.items())
    used = [c for c in columns if c.used]
    if not used:
        why = "; ".join(f"{c.name!r}: {c.what}" for c in columns[:10])
        raise ValueError(f"table has no column left to learn from ({why})")

    numbers, words = _clean(used, read)
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
    sources = [c.name for c in used for _ in c.numbers(read[c.name])]
    if words:
        for column, word in _words_of(pipeline[0].named_transformers_["words"]):
            sources.append(words[column][0])
            names.append(f"{words[column][0]}={word}")
    return Preparation(columns, pipeline, tuple(names), tuple(sources))


def _words_of(one_hot):
    """Return column number and word of each feature of a fitted OneHotEncoder."""
    numbers = [str(i) for i in range(one_hot.n_features_in_)]
    for name in one_hot.get_feature_names_out(numbers):
        column, word = name.split("_", 1)
        yield int(column), "(other)" if word == "infrequent_sklearn" else word


def _clean(columns, read):
    """Return names and values of what is in numbers, and of what is in words."""
    numbers = [pair for c in columns for pair in c.numbers(read[c.name]).items()]
    words = [(c.name, read[c.name].fillna(GAP)) for c in columns if c.words]
    return numbers, words


def _frame(named):
    """Return a DataFrame whose columns are numbered: two names may be the same."""
    return pd.DataFrame(dict(enumerate(values for _, values in named)))
