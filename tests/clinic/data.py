"""Programs with data that fit cannot take, and models that cannot be trained."""

import keras
import numpy as np
import pandas as pd
from keras import layers as L
from keras import optimizers

from .programs import (
    AMOUNT,
    BCE,
    CCE,
    CLASSES,
    ONE_HOT,
    PICTURES,
    ROWS,
    SCCE,
    SERIES,
    WORDS,
    YES,
    X,
    chain,
    cnn,
    heads,
    mlp,
    own,
)


def holed(values, count):
    values = values.copy()
    values.reshape(len(values), -1)[:count, 0] = np.nan
    return values


def people():
    table = pd.DataFrame(X[:, :5], columns=list("abcde"))
    return table.assign(f=YES > 0)


def fixed(size):
    inputs = keras.Input(batch_shape=(size, 10, 4))
    model = keras.Sequential([inputs, L.LSTM(4), L.Dense(1)])
    model.compile("adam", "mse")
    return model


def reads_words():
    words = L.Embedding(50, 4)
    return chain(words, L.Flatten(), L.Dense(1, "sigmoid"), shape=(2,), loss=BCE)


def tags():
    layers = L.Embedding(60, 4), L.LSTM(4), L.Dense(5, "softmax")
    return chain(*layers, shape=(8,), loss=SCCE)


def normed_shares():
    return chain(L.Dense(3, "softmax"), L.BatchNormalization(), loss=SCCE)


def unbuilt():
    model = keras.Sequential([L.Dense(4, "relu"), L.Dense(1)])
    model.compile("adam", "mse")
    return model


def third_argument():
    model = chain(L.Dense(4, "relu"), L.Dense(1, "sigmoid"))
    model.compile("adam", BCE, ["accuracy"])
    return model


def burnt():
    model = chain(L.Dense(4, "relu"), L.Dense(1))
    model.set_weights([np.full_like(w, np.nan) for w in model.get_weights()])
    return model


def compiled_again():
    model = chain(L.Dense(4, "relu"), L.Dense(1))
    model.fit(X, AMOUNT, verbose=0)
    model.compile("adam", "mse")
    return model


def collapsed():
    model = chain(L.Dense(4, "tanh"), L.Dense(1, "sigmoid"), loss=BCE)
    model.fit(X, YES, verbose=0)
    kernel, bias, last, output = model.get_weights()
    model.set_weights([kernel, bias, last * 0, output])
    return model


def two(loss, **options):
    model = heads()
    model.compile("adam", ["mse", loss], **options)
    return model


# The code that is due, and what makes model, x and y anew.
DATA = [
    ("one-value", lambda: (mlp(1, "sigmoid", BCE), X, np.zeros(ROWS))),
    ("sorted-target", lambda: (mlp(1), X, np.sort(AMOUNT)[::-1])),
    (
        "sorted-target",
        lambda: (mlp(3, "softmax", SCCE), X, np.sort(CLASSES).astype("uint8")),
    ),
    (
        "extra-axes",
        lambda: (
            chain(L.Conv2D(4, 3), L.Dense(3, "softmax"), shape=(12, 12, 3), loss=SCCE),
            PICTURES,
            CLASSES,
        ),
    ),
    (
        "extra-axes",
        lambda: (
            chain(
                L.Conv2D(4, 3, activation="relu"),
                L.Dense(8, "relu"),
                L.Dense(3, "softmax"),
                shape=(12, 12, 3),
                loss=CCE,
            ),
            PICTURES,
            ONE_HOT,
        ),
    ),
    (
        "extra-axes",
        lambda: (
            chain(
                L.LSTM(4, return_sequences=True),
                L.Dense(1, "sigmoid"),
                shape=(10, 4),
                loss=BCE,
            ),
            SERIES,
            YES,
        ),
    ),
    (
        "extra-axes",
        lambda: (
            chain(
                L.GRU(4, return_sequences=True),
                L.Bidirectional(L.LSTM(4, return_sequences=True)),
                L.Dense(3, "softmax"),
                shape=(10, 4),
                loss=SCCE,
            ),
            SERIES,
            CLASSES,
        ),
    ),
    (
        "extra-axes",
        lambda: (
            chain(
                L.LSTM(4, return_sequences=True),
                L.TimeDistributed(L.Dense(1)),
                shape=(10, 4),
            ),
            SERIES,
            AMOUNT,
        ),
    ),
    (
        "extra-axes",
        lambda: (
            chain(L.Embedding(60, 8), L.Dense(1, "sigmoid"), shape=(8,), loss=BCE),
            WORDS,
            YES,
        ),
    ),
    ("shapes-differ", lambda: (mlp(1, "sigmoid", BCE), X, ONE_HOT)),
    ("shapes-differ", lambda: (mlp(2), X, X[:, :3])),
    ("python-list", lambda: (mlp(1), X.tolist(), AMOUNT)),
    (
        "python-list",
        lambda: (cnn(L.Dense(3, "softmax"), loss=SCCE), list(PICTURES), CLASSES),
    ),
    ("python-list", lambda: (mlp(1), X, list(AMOUNT))),
    ("object-array", lambda: (mlp(1), X.astype(object), AMOUNT)),
    ("object-array", lambda: (mlp(1), people(), AMOUNT)),
    (
        "object-array",
        lambda: (mlp(1, "sigmoid", BCE), X, YES.astype(int).astype(object)),
    ),
    ("x-not-finite", lambda: (mlp(1), holed(X, 5), AMOUNT)),
    ("x-not-finite", lambda: (mlp(1), np.c_[X[:, :5], np.full(ROWS, np.nan)], AMOUNT)),
    (
        "x-not-finite",
        lambda: (cnn(L.Dense(3, "softmax"), loss=SCCE), holed(PICTURES, 3), CLASSES),
    ),
    ("y-not-finite", lambda: (mlp(1), X, holed(AMOUNT, 5)[:, None])),
    ("rows-differ", lambda: (mlp(1), X, AMOUNT[:-3])),
    ("rows-differ", lambda: (mlp(1), np.repeat(X, 3, axis=0), AMOUNT)),
    (
        "forward-fails",
        lambda: (
            cnn(L.Dense(3, "softmax"), loss=SCCE),
            PICTURES.reshape(ROWS, -1),
            CLASSES,
        ),
    ),
    (
        "forward-fails",
        lambda: (
            chain(L.Conv2D(4, 3), L.Flatten(), L.Dense(1), shape=(12, 12, 1)),
            PICTURES[..., 0].reshape(ROWS, 144),
            AMOUNT,
        ),
    ),
    ("forward-fails", lambda: (mlp(1, shape=(9,)), X, AMOUNT)),
    (
        "embedding-range",
        lambda: (
            chain(
                L.Embedding(30, 8),
                L.Flatten(),
                L.Dense(1, "sigmoid"),
                shape=(8,),
                loss=BCE,
            ),
            WORDS,
            YES,
        ),
    ),
    ("x-alike", lambda: (mlp(1), np.ones((ROWS, 6)), AMOUNT)),
    ("one-batch", lambda: (mlp(1), X[:20], AMOUNT[:20])),
    ("fixed-batch", lambda: (fixed(40), SERIES, AMOUNT)),
    (
        "not-compiled",
        lambda: (
            keras.Sequential([keras.Input((6,)), L.Dense(3, "softmax")]),
            X,
            CLASSES,
        ),
    ),
    ("not-built", lambda: (unbuilt(), X, AMOUNT)),
    ("text-input", lambda: (reads_words(), np.array(["good", "bad"] * 20), YES[:40])),
    ("text-input", lambda: (mlp(1), X.astype(str), AMOUNT)),
    ("one-hot-labels", lambda: (tags(), WORDS, WORDS % 5)),
    ("rate-too-low", lambda: (mlp(1, opt=optimizers.SGD(1e-6)), X, AMOUNT)),
    ("one-unit-for-classes", lambda: (mlp(1, loss=CCE), X, AMOUNT)),
    ("output-not-probability", lambda: (normed_shares(), X, CLASSES)),
    ("subclassed", lambda: (own(1, None, "mse"), X, AMOUNT)),
    ("text-loss-weights", lambda: (third_argument(), X, YES)),
    ("weights-not-finite", lambda: (burnt(), X, AMOUNT)),
    ("weights-kept", lambda: (compiled_again(), X, AMOUNT)),
    ("one-answer", lambda: (collapsed(), X, YES)),
    ("targets-swapped", lambda: (heads(), X, [CLASSES, AMOUNT])),
    ("integer-labels", lambda: (two(CCE), X, [AMOUNT, CLASSES])),
    ("labels-out-of-range", lambda: (two(SCCE), X, [AMOUNT, CLASSES + 1])),
    (
        "accuracy-on-amounts",
        lambda: (two(SCCE, metrics=[["accuracy"], ["accuracy"]]), X, [AMOUNT, CLASSES]),
    ),
    (
        "y-not-finite",
        lambda: (two(SCCE), X, {"amount": holed(AMOUNT, 4), "kind": CLASSES}),
    ),
    ("far-target", lambda: (two(SCCE), X, [300000.0 + AMOUNT, CLASSES])),
]
