"""Programs whose layers or weights cannot learn."""

import keras
from keras import initializers
from keras import layers as L

from .programs import (
    AMOUNT,
    BCE,
    CCE,
    CLASSES,
    ONE_HOT,
    PICTURES,
    SCCE,
    YES,
    X,
    chain,
    cnn,
)


def alike():
    one = initializers.GlorotUniform()
    inner = [L.Dense(6, "relu", kernel_initializer=one) for _ in range(2)]
    return chain(*inner, L.Dense(1))


def asleep():
    model = chain(L.Dense(4, "relu"), L.Dense(1))
    model.trainable = False
    model.compile("adam", "mse")
    return model


# The code that is due, and what makes model, x and y anew.
LAYERS = [
    ("linear-stack", lambda: (chain(L.Dense(32), L.Dense(16), L.Dense(1)), X, AMOUNT)),
    (
        "linear-stack",
        lambda: (
            chain(
                L.Conv2D(8, 3),
                L.MaxPooling2D(),
                L.Flatten(),
                L.Dense(16),
                L.Dense(3, "softmax"),
                shape=(12, 12, 3),
                loss=SCCE,
            ),
            PICTURES,
            CLASSES,
        ),
    ),
    (
        "activation-twice",
        lambda: (
            chain(
                L.Dense(8, "relu"),
                L.Dense(3, "softmax"),
                L.Activation("softmax"),
                loss=CCE,
            ),
            X,
            ONE_HOT,
        ),
    ),
    (
        "activation-twice",
        lambda: (
            chain(L.Dense(8, "relu"), L.Dense(3, "relu"), L.Softmax(), loss=SCCE),
            X,
            CLASSES,
        ),
    ),
    (
        "activation-twice",
        lambda: (
            chain(
                L.Dense(8, "relu"),
                L.Dense(1, "relu"),
                L.Activation("sigmoid"),
                loss=BCE,
            ),
            X,
            YES,
        ),
    ),
    (
        "activation-twice",
        lambda: (
            chain(
                L.Dense(8, "relu"),
                L.Dense(1),
                L.Activation("sigmoid"),
                L.Activation("sigmoid"),
                loss=BCE,
            ),
            X,
            YES,
        ),
    ),
    (
        "dead-layer",
        lambda: (
            chain(
                L.Dense(16, "relu", kernel_initializer="zeros"),
                L.Dense(3, "softmax"),
                loss=CCE,
            ),
            X,
            ONE_HOT,
        ),
    ),
    (
        "dead-layer",
        lambda: (
            chain(
                L.Dense(16, bias_initializer=initializers.Constant(-50)),
                L.ReLU(),
                L.Dense(1),
            ),
            X,
            AMOUNT,
        ),
    ),
    (
        "constant-weights",
        lambda: (
            chain(
                L.Dense(16, "tanh", kernel_initializer="ones"),
                L.Dense(1, "sigmoid"),
                loss=BCE,
            ),
            X,
            YES,
        ),
    ),
    (
        "equal-units",
        lambda: (
            chain(
                L.Dense(16, "tanh", kernel_initializer="ones"),
                L.Dense(1, "sigmoid", kernel_initializer="ones"),
                loss=BCE,
            ),
            X,
            YES,
        ),
    ),
    ("identical-weights", lambda: (alike(), X, AMOUNT)),
    (
        "dropout-behind-output",
        lambda: (
            chain(L.Dense(8, "relu"), L.Dense(3, "softmax"), L.Dropout(0.5), loss=CCE),
            X,
            ONE_HOT,
        ),
    ),
    (
        "dropout-behind-output",
        lambda: (chain(L.Dense(8, "relu"), L.Dense(1), L.Dropout(0.2)), X, AMOUNT),
    ),
    (
        "high-dropout",
        lambda: (
            chain(
                *(L.Dense(32, "relu"), L.Dropout(0.7), L.Dense(32, "relu")),
                *(L.Dropout(0.7), L.Dropout(0.5), L.Dense(3, "softmax")),
                loss=SCCE,
            ),
            X,
            CLASSES,
        ),
    ),
    (
        "high-dropout",
        lambda: (
            chain(
                L.Dense(32, "relu"), L.Dropout(0.9), L.Dense(3, "softmax"), loss=SCCE
            ),
            X,
            CLASSES,
        ),
    ),
    (
        "high-dropout",
        lambda: (
            cnn(
                L.Dropout(0.7),
                L.Dense(16, "relu"),
                L.Dropout(0.2),
                L.Dense(3, "softmax"),
                loss=SCCE,
            ),
            PICTURES,
            CLASSES,
        ),
    ),
    (
        "vanishing",
        lambda: (
            chain(
                *[L.Dense(8, "sigmoid") for _ in range(8)],
                L.Dense(1, "sigmoid"),
                loss=BCE,
            ),
            X,
            YES,
        ),
    ),
    (
        "one-time-step",
        lambda: (chain(L.LSTM(8), L.Dense(1), shape=(1, 6)), X[:, None], AMOUNT),
    ),
    (
        "penalty-dominates",
        lambda: (
            chain(
                L.Dense(256, "relu", kernel_regularizer=keras.regularizers.L1(1.0)),
                L.Dense(1),
            ),
            X,
            AMOUNT,
        ),
    ),
    (
        "starting-loss",
        lambda: (
            chain(
                *[
                    L.Dense(
                        64,
                        "relu",
                        kernel_initializer=initializers.RandomNormal(stddev=1),
                    )
                    for _ in range(5)
                ],
                L.Dense(1),
            ),
            X,
            AMOUNT,
        ),
    ),
    (
        "starting-loss",
        lambda: (
            chain(
                *[
                    L.Dense(
                        64,
                        "relu",
                        kernel_initializer=initializers.RandomNormal(stddev=1),
                    )
                    for _ in range(3)
                ],
                L.Dense(3, "softmax"),
                loss=SCCE,
            ),
            X,
            CLASSES,
        ),
    ),
    ("nothing-trainable", lambda: (asleep(), X, AMOUNT)),
]
