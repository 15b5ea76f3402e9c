"""Healthy models of pictures, sequences and several inputs."""

import keras
import numpy as np
from keras import layers as L
from keras import losses, optimizers

from .programs import (
    AMOUNT,
    BCE,
    CLASSES,
    MASKS,
    PICTURES,
    RNG,
    ROWS,
    SCCE,
    SERIES,
    WORDS,
    YES,
    OwnLayer,
    X,
    adapted,
    applications,
    batches,
    chain,
    cnn,
    factors,
    frozen,
    heads,
    own,
    own_error,
    residual,
    sequence_to_sequence,
    siamese,
    transformer,
    two_inputs,
    unet,
    variational,
)


def of_pictures_and_words():
    """Yield name, model, x and y: pictures, sequences, several inputs, own code."""
    acc = {"metrics": ["accuracy"]}
    relu = L.Dense
    yield "pictures", cnn(L.Dense(3, "softmax"), loss=SCCE, **acc), PICTURES, CLASSES
    yield (
        "pictures, uint8 labels",
        cnn(L.Dense(3, "softmax"), loss=SCCE),
        PICTURES,
        (CLASSES.astype("uint8")),
    )
    yield "angle of a picture", cnn(L.Dense(1)), PICTURES, AMOUNT
    rescaled = chain(
        L.Rescaling(1 / 255),
        L.Conv2D(8, 3, activation="relu"),
        L.Flatten(),
        L.Dense(3, "softmax"),
        shape=(12, 12, 3),
        loss=SCCE,
    )
    yield "bytes, rescaled", rescaled, (255 * PICTURES).astype("uint8"), CLASSES
    turned = chain(
        L.RandomFlip(),
        L.RandomRotation(0.1),
        L.Conv2D(8, 3, activation="relu"),
        L.GlobalMaxPooling2D(),
        L.Dense(3, "softmax"),
        shape=(12, 12, 3),
        loss=SCCE,
    )
    yield "augmented", turned, PICTURES, CLASSES
    yield "residual", residual(), PICTURES, CLASSES
    yield "segments", unet(), PICTURES, MASKS
    yield "segments without channel", unet(), PICTURES, MASKS[..., 0]
    kinds = chain(
        L.Conv2D(8, 3, padding="same", activation="relu"),
        L.Conv2D(3, 1, activation="softmax"),
        shape=(12, 12, 3),
        loss=SCCE,
        **acc,
    )
    yield "a class a pixel", kinds, PICTURES, RNG.integers(0, 3, (ROWS, 12, 12))
    separable = chain(
        L.SeparableConv2D(8, 3, activation="relu"),
        L.GlobalAveragePooling2D(),
        L.Dense(1, "sigmoid"),
        shape=(12, 12, 3),
        loss=BCE,
    )
    yield "separable", separable, PICTURES, YES
    yield "frozen base", frozen(), PICTURES, CLASSES
    yield (
        "applications",
        applications(),
        RNG.integers(0, 256, (32, 32, 32, 3)),
        YES[:32],
    )

    yield (
        "words",
        chain(
            L.Embedding(60, 8),
            L.LSTM(8),
            L.Dense(1, "sigmoid"),
            shape=(8,),
            loss=BCE,
            **acc,
        ),
        WORDS,
        YES,
    )
    masked = (
        chain(
            L.Embedding(60, 8, mask_zero=True),
            L.Bidirectional(L.GRU(8)),
            L.Dense(3, "softmax"),
            shape=(8,),
            loss=SCCE,
        ),
        WORDS,
        CLASSES,
    )
    yield ("words, both ways", *masked)
    tags = chain(
        L.Embedding(60, 8),
        L.LSTM(8, return_sequences=True),
        L.Dense(3, "softmax"),
        shape=(8,),
        loss=SCCE,
        **acc,
    )
    yield "a tag a word", tags, WORDS, WORDS % 3
    ignoring = losses.SparseCategoricalCrossentropy(ignore_class=-1)
    padded = np.where(WORDS > 50, -1, WORDS % 3)
    yield (
        "padded tags",
        chain(L.Embedding(60, 8), L.Dense(3, "softmax"), shape=(8,), loss=ignoring),
        WORDS,
        padded,
    )
    yield (
        "next word",
        chain(
            L.Embedding(60, 8), L.GRU(16), L.Dense(60, "softmax"), shape=(8,), loss=SCCE
        ),
        WORDS,
        RNG.integers(1, 60, ROWS),
    )
    pooled = chain(
        L.Embedding(60, 8),
        L.GlobalAveragePooling1D(),
        relu(16, "relu"),
        L.Dense(1, "sigmoid"),
        shape=(8,),
        loss=BCE,
        **acc,
    )
    yield "bag of words", pooled, WORDS, YES
    yield "transformer", transformer(), WORDS, YES
    yield (
        "series",
        chain(L.LSTM(16), L.Dense(1), shape=(10, 4)),
        SERIES,
        SERIES[:, -1, 0],
    )
    stacked = chain(
        L.GRU(8, return_sequences=True), L.GRU(8), L.Dense(4), shape=(10, 4)
    )
    yield "stacked", stacked, SERIES, SERIES[:, -1]
    every = chain(L.SimpleRNN(8, return_sequences=True), L.Dense(1), shape=(10, 4))
    yield "an amount a step", every, SERIES, SERIES[:, :, :1]
    conv = chain(
        L.Conv1D(8, 3, padding="causal", activation="relu"),
        L.MaxPooling1D(),
        L.Flatten(),
        L.Dense(1),
        shape=(10, 4),
    )
    yield "convolved series", conv, SERIES, AMOUNT
    yield "sequence to sequence", sequence_to_sequence(), SERIES, SERIES[:, 5:]
    stateful = keras.Sequential(
        [keras.Input(batch_shape=(32, 10, 4)), L.LSTM(4, stateful=True), L.Dense(1)]
    )
    stateful.compile("adam", "mse")
    yield "stateful", stateful, SERIES, AMOUNT
    open_ended = chain(L.LSTM(8), L.Dense(1), shape=(None, 4))
    yield "any length", open_ended, SERIES, AMOUNT


def of_graphs_and_own_code():
    """Yield name, model, x and y: several inputs and outputs, own code, optimizers."""
    relu = L.Dense
    yield "two inputs", two_inputs(), [X, WORDS], YES
    yield "two inputs, dict", two_inputs(keys=True), {"table": X, "words": WORDS}, YES
    yield "two outputs", heads(), X, [AMOUNT, CLASSES]
    yield "two outputs, dict", heads(named=True), X, {"amount": AMOUNT, "kind": CLASSES}
    yield "siamese", siamese(), [X, X[::-1].copy()], YES
    yield "factors", factors(), [WORDS[:, :1], WORDS[:, 1:2]], AMOUNT
    code = chain(relu(3, "relu"), L.Dense(6))
    yield "autoencoder", code, X, X
    yield "linear autoencoder", chain(L.Dense(2), L.Dense(6)), X, X
    flat = MASKS.reshape(ROWS, -1)
    yield (
        "autoencoder of bits",
        chain(relu(16, "relu"), L.Dense(144, "sigmoid"), shape=(144,)),
        flat,
        flat,
    )
    blurred = chain(
        L.Conv2D(8, 3, padding="same", activation="relu"),
        L.Conv2D(3, 3, padding="same", activation="sigmoid"),
        shape=(12, 12, 3),
        loss=BCE,
    )
    yield "denoiser", blurred, np.clip(PICTURES + 0.1, 0, 1), PICTURES
    yield "variational", variational(), X, X
    fool = chain(
        relu(16, "leaky_relu"),
        L.Dropout(0.3),
        L.Dense(1, "sigmoid"),
        loss=BCE,
        opt=optimizers.Adam(2e-4, beta_1=0.5),
    )
    yield "discriminator", fool, X, YES[:, None]
    draw = chain(relu(16, "relu"), L.BatchNormalization(), L.Dense(6, "tanh"))
    yield "generator", draw, RNG.normal(size=(ROWS, 6)), np.tanh(X)
    value = chain(
        relu(24, "relu"), relu(24, "relu"), L.Dense(4), opt=optimizers.Adam(1e-3)
    )
    yield "q values", value, X, X[:, :4]

    yield "own model", own(1, None, "mse"), X, AMOUNT
    yield "own classifier", own(3, "softmax", SCCE, metrics=["accuracy"]), X, CLASSES
    yield "own layer", chain(OwnLayer(), L.Dense(1)), X, AMOUNT
    yield "adapted inside", adapted(), 100 * X + 50, AMOUNT
    functions = chain(relu(16, "relu"), L.Dense(1), metrics=[own_error])
    yield "own metric", functions, X, AMOUNT[:, None]
    cosine = optimizers.SGD(optimizers.schedules.CosineDecay(0.05, 500), momentum=0.9)
    yield "schedule", chain(relu(16, "relu"), L.Dense(1), opt=cosine), X, AMOUNT
    half = optimizers.LossScaleOptimizer(optimizers.Adam())
    yield "loss scaling", chain(relu(16, "relu"), L.Dense(1), opt=half), X, AMOUNT
    batch_x, batch_y = next(batches())
    yield "a generator's batch", chain(relu(16, "relu"), L.Dense(1)), batch_x, batch_y
