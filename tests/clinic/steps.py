"""Programs whose layers, weights, scales or learning rates cannot learn."""

import numpy as np
from keras import initializers, optimizers
from keras import layers as L

from .programs import (
    AMOUNT,
    BCE,
    CLASSES,
    PICTURES,
    ROWS,
    SCCE,
    SERIES,
    YES,
    X,
    chain,
    cnn,
    mlp,
)


def bordered():
    """Pictures in 0 to 255 with a border that is always 0, as MNIST has."""
    x = np.zeros((ROWS, 12, 12, 3))
    x[:, 3:9, 3:9] = np.floor(256 * PICTURES[:, 3:9, 3:9])
    return x


def vgg(optimizer):
    body = []
    for filters in (8, 16):
        body += [L.Conv2D(filters, 3, padding="same", activation="relu") for _ in "ab"]
        body += [L.MaxPooling2D()]
    top = [L.Flatten(), L.Dense(32, "relu"), L.Dense(3, "softmax")]
    return chain(*body, *top, shape=(12, 12, 3), loss=SCCE, opt=optimizer)


def with_lr(model):
    model.optimizer.lr = 0.5
    return model


def lent():
    first = chain(L.Dense(4, "relu"), L.Dense(1))
    first.fit(X, AMOUNT, verbose=0)
    return chain(L.Dense(4, "relu"), L.Dense(1), opt=first.optimizer)


# The code that is due, and what makes model, x and y anew.
STEPS = [
    ("optimizer-of-another-model", lambda: (lent(), X, AMOUNT)),
    ("unscaled-input", lambda: (mlp(1, "sigmoid", BCE), 300 * X, YES)),
    (
        "unscaled-input",
        lambda: (
            cnn(L.Dense(3, "softmax"), loss=SCCE),
            np.floor(256 * PICTURES).astype("uint8"),
            CLASSES,
        ),
    ),
    (
        "unscaled-input",
        lambda: (
            chain(
                L.Flatten(),
                L.Dense(8, "relu"),
                L.Dense(3, "softmax"),
                shape=(12, 12, 3),
                loss=SCCE,
            ),
            bordered(),
            CLASSES,
        ),
    ),
    (
        "unscaled-input",
        lambda: (
            chain(L.Bidirectional(L.LSTM(4)), L.Dense(1), shape=(10, 4)),
            500 + 40 * SERIES,
            AMOUNT,
        ),
    ),
    (
        "rate-beyond-curvature",
        lambda: (
            chain(L.Dense(1), shape=(1,), opt="sgd"),
            np.arange(ROWS)[:, None] % 97 * 3.0,
            np.arange(ROWS) % 97 * 0.1,
        ),
    ),
    (
        "rate-beyond-curvature",
        lambda: (chain(L.Dense(1), opt=optimizers.SGD(2.5)), X, AMOUNT),
    ),
    (
        "rate-beyond-curvature",
        lambda: (
            chain(
                L.Dense(
                    64, "relu", kernel_initializer=initializers.RandomNormal(stddev=1)
                ),
                L.Dense(1),
                opt=optimizers.SGD(0.5),
            ),
            X,
            AMOUNT,
        ),
    ),
    (
        "unscaled-target",
        lambda: (
            chain(L.Dense(32, "relu"), L.Dense(1), opt="sgd"),
            X,
            900 + 200 * AMOUNT,
        ),
    ),
    (
        "far-target",
        lambda: (
            chain(L.Dense(32, "relu"), L.Dense(1)),
            X,
            200000.0 + 100000.0 * AMOUNT,
        ),
    ),
    (
        "far-target",
        lambda: (
            chain(L.Dense(16, "relu"), L.Dense(6, "relu"), loss="mae"),
            X,
            1000000.0 * np.abs(X),
        ),
    ),
    (
        "far-target",
        lambda: (chain(L.Dense(1), opt=optimizers.RMSprop(0.001)), X, 80 + AMOUNT),
    ),
    ("rate-negative", lambda: (mlp(1, opt=optimizers.Adam(-0.01)), X, AMOUNT)),
    ("rate-too-high", lambda: (mlp(1, opt=optimizers.Adam(0.5)), X, AMOUNT)),
    (
        "rate-too-high",
        lambda: (
            chain(
                L.Dense(256, "relu"),
                L.Dense(256, "relu"),
                L.Dense(1),
                opt=optimizers.Adam(0.1),
            ),
            X,
            AMOUNT,
        ),
    ),
    (
        "rate-too-high",
        lambda: (vgg(optimizers.SGD(0.1, momentum=0.95)), PICTURES, CLASSES),
    ),
    (
        "rate-too-high",
        lambda: (
            mlp(
                1,
                opt=optimizers.SGD(
                    optimizers.schedules.ExponentialDecay(20.0, 100, 0.9)
                ),
            ),
            X,
            AMOUNT,
        ),
    ),
    ("rate-too-low", lambda: (mlp(1, opt="adadelta"), X, AMOUNT)),
    (
        "lr-attribute",
        lambda: (with_lr(chain(L.Dense(8, "relu"), L.Dense(1))), X, AMOUNT),
    ),
]
