"""Programs whose output, loss, labels or metrics do not fit each other."""

import keras
import numpy as np
from keras import layers as L
from keras import losses, metrics

from .programs import (
    AMOUNT,
    BCE,
    CCE,
    CLASSES,
    COUNTS,
    MASKS,
    ONE_HOT,
    PICTURES,
    ROWS,
    SCCE,
    SERIES,
    SEVERAL,
    WORDS,
    YES,
    X,
    chain,
    mlp,
    own_error,
)


class Squares(losses.Loss):
    def call(self, y_true, y_pred):
        return keras.ops.square(y_true - y_pred)


# The code that is due, and what makes model, x and y anew.
LABELS = [
    ("squared-error-on-yes-no", lambda: (mlp(1, "sigmoid", "mae"), X, YES)),
    ("squared-error-on-yes-no", lambda: (mlp(1, loss="mse"), X, YES)),
    (
        "squared-error-on-yes-no",
        lambda: (mlp(4, "sigmoid", "mse", opt="sgd"), X, SEVERAL),
    ),
    ("squared-error-on-yes-no", lambda: (mlp(4, loss="mse"), X, SEVERAL)),
    (
        "squared-error-on-yes-no",
        lambda: (
            chain(L.Dense(8, "tanh"), L.Dense(1, "tanh"), loss="mse", opt="sgd"),
            X,
            2 * YES - 1,
        ),
    ),
    (
        "squared-error-on-one-hot",
        lambda: (mlp(3, "softmax", "mse", metrics=["accuracy"]), X, ONE_HOT),
    ),
    ("squared-error-on-one-hot", lambda: (mlp(3, loss="mse"), X, ONE_HOT)),
    ("squared-error-on-one-hot", lambda: (mlp(3, "softmax", "huber"), X, ONE_HOT)),
    ("softmax-for-many-labels", lambda: (mlp(4, "softmax", "mse"), X, SEVERAL)),
    ("softmax-for-many-labels", lambda: (mlp(4, "softmax", BCE), X, SEVERAL)),
    ("squared-error-on-classes", lambda: (mlp(1, metrics=["accuracy"]), X, CLASSES)),
    ("squared-error-on-classes", lambda: (mlp(1, "relu"), X, CLASSES + 1)),
    (
        "softmax-one-unit",
        lambda: (mlp(1, "softmax", BCE, metrics=["accuracy"]), 50 * X, YES),
    ),
    (
        "softmax-one-unit",
        lambda: (
            chain(L.Dense(8, "relu"), L.Dense(1), L.Activation("softmax")),
            X,
            3 * AMOUNT,
        ),
    ),
    (
        "softmax-one-unit",
        lambda: (
            chain(L.LSTM(4), L.Dense(1, "softmax"), shape=(10, 4), loss="mse"),
            SERIES,
            YES,
        ),
    ),
    ("one-unit-for-classes", lambda: (mlp(1, "sigmoid", SCCE), X, CLASSES + 1)),
    ("one-unit-for-classes", lambda: (mlp(1, "softmax", CCE), X, YES[:, None])),
    ("output-not-probability", lambda: (mlp(3, loss=SCCE), X, CLASSES)),
    ("output-not-probability", lambda: (mlp(1, "relu", BCE), X, YES)),
    (
        "probabilities-as-logits",
        lambda: (
            mlp(1, "sigmoid", losses.BinaryCrossentropy(from_logits=True)),
            X,
            YES,
        ),
    ),
    ("sigmoid-for-classes", lambda: (mlp(3, "sigmoid", CCE), X, ONE_HOT)),
    (
        "softmax-with-binary-loss",
        lambda: (mlp(3, "softmax", BCE, metrics=["accuracy"]), X, ONE_HOT),
    ),
    ("sigmoids-for-one-class", lambda: (mlp(3, "sigmoid", BCE), X, ONE_HOT)),
    ("unreachable-target", lambda: (mlp(1, "sigmoid", "mse"), X, 5 + AMOUNT)),
    (
        "unreachable-target",
        lambda: (
            chain(
                L.Conv2D(8, 3, padding="same", activation="relu"),
                L.Conv2D(3, 3, padding="same", activation="sigmoid"),
                shape=(12, 12, 3),
            ),
            PICTURES,
            np.floor(255 * PICTURES),
        ),
    ),
    ("poisson-below-0", lambda: (mlp(1, loss="poisson"), X, COUNTS)),
    ("percentage-of-zero", lambda: (mlp(1, loss="mape"), X, np.maximum(AMOUNT, 0))),
    ("log-of-negative", lambda: (mlp(1, loss="msle"), X, 3 * AMOUNT)),
    ("log-of-negative", lambda: (mlp(1, "exponential", "poisson"), X, AMOUNT)),
    ("hinge-output", lambda: (mlp(3, "softmax", "squared_hinge"), X, ONE_HOT)),
    ("hinge-output", lambda: (mlp(1, "sigmoid", "hinge"), X, YES)),
    ("hinge-labels", lambda: (mlp(1, "tanh", "hinge"), X, CLASSES)),
    ("own-loss-broadcasts", lambda: (mlp(1, loss=Squares()), X, AMOUNT)),
    ("unknown-loss", lambda: (mlp(1, loss="cosine_similarity"), X, AMOUNT)),
    ("integer-labels", lambda: (mlp(3, "softmax", CCE), X, CLASSES)),
    ("integer-labels", lambda: (mlp(3, "softmax", CCE), X, CLASSES[:, None] + 1)),
    ("one-hot-labels", lambda: (mlp(3, "softmax", SCCE), X, ONE_HOT)),
    (
        "labels-out-of-range",
        lambda: (mlp(3, "softmax", SCCE), X, (CLASSES + 1).astype("uint8")),
    ),
    ("labels-out-of-range", lambda: (mlp(3, "softmax", SCCE), X, 10 * CLASSES)),
    ("labels-out-of-range", lambda: (mlp(2, "softmax", SCCE), X, CLASSES)),
    (
        "labels-out-of-range",
        lambda: (mlp(3, "softmax", SCCE), X, np.arange(ROWS) % 5 + 1),
    ),
    (
        "labels-out-of-range",
        lambda: (
            chain(
                L.Embedding(60, 8),
                L.GRU(8, return_sequences=True),
                L.Dense(4),
                shape=(8,),
                loss=losses.SparseCategoricalCrossentropy(from_logits=True),
            ),
            WORDS,
            np.where(WORDS > 50, -1, WORDS % 4),
        ),
    ),
    (
        "labels-out-of-range",
        lambda: (
            chain(L.Conv2D(3, 1, activation="softmax"), shape=(12, 12, 3), loss=SCCE),
            PICTURES,
            np.where(MASKS[..., 0] > 0, 255, 2),
        ),
    ),
    ("fractional-labels", lambda: (mlp(3, "softmax", SCCE), X, CLASSES / 255)),
    ("fractional-labels", lambda: (mlp(3, "softmax", SCCE), X, np.abs(AMOUNT))),
    (
        "classes-loss-on-amounts",
        lambda: (
            chain(L.LSTM(8), L.Dense(4, "softmax"), shape=(10, 4), loss=CCE),
            SERIES,
            9 * SERIES[:, -1],
        ),
    ),
    ("labels-not-0-1", lambda: (mlp(1, "sigmoid", BCE), X, 2 * YES - 1)),
    (
        "labels-not-0-1",
        lambda: (mlp(1, "sigmoid", BCE), X, (255 * YES).astype("uint8")),
    ),
    ("binary-loss-on-amounts", lambda: (mlp(1, "sigmoid", BCE), X, 4 * AMOUNT)),
    ("binary-loss-on-amounts", lambda: (mlp(1, loss=BCE), X, CLASSES + 1)),
    (
        "binary-loss-on-amounts",
        lambda: (
            chain(
                L.Conv2D(3, 3, padding="same", activation="sigmoid"),
                shape=(12, 12, 3),
                loss=BCE,
            ),
            PICTURES,
            np.floor(255 * PICTURES),
        ),
    ),
    (
        "text-target",
        lambda: (mlp(3, "softmax", SCCE), X, np.array(["a", "b", "c"])[CLASSES]),
    ),
    (
        "text-target",
        lambda: (mlp(1, "sigmoid", BCE), X, np.array(["no", "yes"])[YES.astype(int)]),
    ),
    (
        "rare-class",
        lambda: (
            mlp(1, "sigmoid", BCE, metrics=["accuracy"]),
            X,
            np.arange(ROWS) % 50 == 3,
        ),
    ),
    (
        "rare-class",
        lambda: (
            mlp(3, "softmax", SCCE, metrics=["accuracy"]),
            X,
            np.where(np.arange(ROWS) % 40 == 7, 1 + np.arange(ROWS) % 2, 0),
        ),
    ),
    ("unused-classes", lambda: (mlp(7, "softmax", CCE), X, np.eye(7)[CLASSES])),
    ("unused-classes", lambda: (mlp(9, "softmax", SCCE), X, CLASSES + 4)),
    ("accuracy-on-amounts", lambda: (mlp(1, metrics=["acc"]), X, AMOUNT)),
    (
        "accuracy-on-logits",
        lambda: (
            mlp(
                1,
                loss=losses.BinaryCrossentropy(from_logits=True),
                metrics=["accuracy"],
            ),
            X,
            YES,
        ),
    ),
    (
        "accuracy-on-many-labels",
        lambda: (mlp(4, "sigmoid", BCE, metrics=["accuracy"]), X, SEVERAL),
    ),
    (
        "exact-accuracy",
        lambda: (mlp(1, "sigmoid", BCE, metrics=[metrics.Accuracy()]), X, YES),
    ),
    (
        "wrong-accuracy",
        lambda: (mlp(3, "softmax", SCCE, metrics=["binary_accuracy"]), X, CLASSES),
    ),
    ("history-key", lambda: (mlp(1, "sigmoid", BCE, metrics=["acc"]), X, YES)),
    (
        "metric-fails",
        lambda: (mlp(3, "softmax", SCCE, metrics=[metrics.Precision()]), X, CLASSES),
    ),
    (
        "metric-fails",
        lambda: (mlp(3, "softmax", SCCE, metrics=[metrics.AUC()]), X, CLASSES),
    ),
    ("own-metric-broadcasts", lambda: (mlp(1, metrics=[own_error]), X, AMOUNT)),
]
