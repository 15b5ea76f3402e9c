"""The data of the programs, and builders that several of them share."""

import keras
import numpy as np
from keras import layers as L
from keras import optimizers

RNG = np.random.default_rng(1)
ROWS = 160
X = RNG.normal(size=(ROWS, 6)).astype("float32")
AMOUNT = (X[:, 0] - 2 * X[:, 1] + 0.1 * RNG.normal(size=ROWS)).astype("float32")
YES = (AMOUNT > 0).astype("float32")
CLASSES = np.digitize(AMOUNT, [-1.0, 1.0])
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
SEVERAL = (X[:, :4] > 0).astype("float32")
PICTURES = RNG.uniform(size=(ROWS, 12, 12, 3)).astype("float32")
WORDS = RNG.integers(1, 60, (ROWS, 8))
SERIES = np.cumsum(RNG.normal(size=(ROWS, 10, 4)), axis=1).astype("float32")
COUNTS = RNG.poisson(np.exp(0.5 * X[:, 0]))
MASKS = (PICTURES[..., :1] > 0.5).astype("float32")
BCE, CCE = "binary_crossentropy", "categorical_crossentropy"
SCCE = "sparse_categorical_crossentropy"


def chain(*layers, shape=(6,), loss="mse", opt="adam", **options):
    """A compiled Sequential, the same each time."""
    model = keras.Sequential([keras.Input(shape), *layers])
    model.compile(opt, loss, **options)
    return model


def mlp(units, activation=None, loss="mse", **options):
    """A hidden layer of eight relus, and an output."""
    output = L.Dense(units, activation)
    return chain(L.Dense(8, "relu"), output, loss=loss, **options)


def graph(inputs, outputs, loss, opt="adam", **options):
    model = keras.Model(inputs, outputs)
    model.compile(opt, loss, **options)
    return model


def cnn(*head, **options):
    body = [L.Conv2D(8, 3, activation="relu"), L.MaxPooling2D(), L.Flatten()]
    return chain(*body, *head, shape=(12, 12, 3), **options)


def residual():
    a = keras.Input((12, 12, 3))
    h = L.Conv2D(8, 3, padding="same")(a)
    for _ in range(2):
        r = L.Activation("relu")(L.BatchNormalization()(h))
        r = L.Conv2D(8, 3, padding="same")(r)
        h = L.Add()([h, r])
    out = L.Dense(3, "softmax")(L.GlobalAveragePooling2D()(L.Activation("relu")(h)))
    sgd = optimizers.SGD(0.1, momentum=0.9, nesterov=True)
    return graph(a, out, SCCE, sgd, metrics=["accuracy"])


def transformer():
    a = keras.Input((8,), dtype="int32")
    h = L.Embedding(60, 16)(a)
    seen = L.MultiHeadAttention(2, 8)(h, h)
    h = L.LayerNormalization()(L.Add()([h, seen]))
    feed = L.Dense(16)(L.Dense(32, "gelu")(h))
    h = L.LayerNormalization()(L.Add()([h, feed]))
    out = L.Dense(1, "sigmoid")(L.Dropout(0.1)(L.GlobalAveragePooling1D()(h)))
    return graph(a, out, BCE, metrics=["accuracy"])


def unet():
    a = keras.Input((12, 12, 3))
    d = L.Conv2D(8, 3, padding="same", activation="relu")(a)
    m = L.Conv2D(8, 3, padding="same", activation="relu")(L.MaxPooling2D()(d))
    u = L.Concatenate()([L.UpSampling2D()(m), d])
    out = L.Conv2D(1, 1, activation="sigmoid")(u)
    return graph(a, out, BCE, metrics=["accuracy"])


def frozen():
    base = keras.Sequential(
        [keras.Input((12, 12, 3)), L.Conv2D(8, 3, activation="relu")]
    )
    base.trainable = False
    head = [L.GlobalAveragePooling2D(), L.Dense(3, "softmax")]
    return chain(base, *head, shape=(12, 12, 3), loss=SCCE, metrics=["accuracy"])


def applications():
    make = keras.applications.MobileNetV2
    base = make((32, 32, 3), include_top=False, weights=None, alpha=0.35, pooling="avg")
    base.trainable = False
    a = keras.Input((32, 32, 3))
    h = L.Rescaling(1 / 127.5, offset=-1)(a)
    return graph(a, L.Dense(1, "sigmoid")(base(h, training=False)), BCE)


def two_inputs(keys=False):
    a, b = keras.Input((6,), name="table"), keras.Input((8,), name="words")
    text = L.GlobalAveragePooling1D()(L.Embedding(60, 8)(b))
    h = L.Dense(16, "relu")(L.Concatenate()([L.Dense(8, "relu")(a), text]))
    inputs = {"table": a, "words": b} if keys else [a, b]
    return graph(inputs, L.Dense(1, "sigmoid")(h), BCE, metrics=["accuracy"])


def heads(named=False):
    a = keras.Input((6,))
    h = L.Dense(16, "relu")(a)
    outs = [L.Dense(1, name="amount")(h), L.Dense(3, "softmax", name="kind")(h)]
    if named:
        loss = {"amount": "mse", "kind": SCCE}
        return graph(a, outs, loss, metrics={"amount": ["mae"], "kind": ["accuracy"]})
    return graph(a, outs, ["mse", SCCE], metrics=[["mae"], ["accuracy"]])


def siamese():
    a, b = keras.Input((6,)), keras.Input((6,))
    tower = keras.Sequential([keras.Input((6,)), L.Dense(16, "relu"), L.Dense(4)])
    far = L.Lambda(lambda p: keras.ops.abs(p[0] - p[1]))([tower(a), tower(b)])
    return graph([a, b], L.Dense(1, "sigmoid")(far), BCE)


def factors():
    a, b = keras.Input((1,), dtype="int32"), keras.Input((1,), dtype="int32")
    rows, columns = (L.Flatten()(L.Embedding(60, 4)(i)) for i in (a, b))
    return graph([a, b], L.Dot(1)([rows, columns]), "mse")


def sequence_to_sequence():
    a = keras.Input((10, 4))
    code = L.GRU(8)(a)
    h = L.GRU(8, return_sequences=True)(L.RepeatVector(5)(code))
    return graph(a, L.TimeDistributed(L.Dense(4))(h), "mse")


def adapted():
    normal = L.Normalization()
    normal.adapt(100 * X + 50)
    return chain(normal, L.Dense(8, "relu"), L.Dense(1))


class Own(keras.Model):
    def __init__(self, units=1, activation=None):
        super().__init__()
        self.inner, self.drop = L.Dense(8, "relu"), L.Dropout(0.3)
        self.out = L.Dense(units, activation)

    def call(self, x, training=False):
        return self.out(self.drop(self.inner(x), training=training))


class OwnLayer(L.Layer):
    def build(self, shape):
        self.w = self.add_weight((shape[-1], 4), initializer="glorot_uniform")

    def call(self, x):
        return keras.ops.matmul(x, self.w)


def own(units, activation, loss, **options):
    model = Own(units, activation)
    model.compile("adam", loss, **options)
    model(X[:2])
    return model


def variational():
    class Variational(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode, self.decode = L.Dense(4), L.Dense(6)

        def call(self, x):
            code = self.encode(x)
            self.add_loss(0.01 * keras.ops.mean(keras.ops.square(code)))
            return self.decode(code)

    model = Variational()
    model.compile("adam", "mse")
    model(X[:2])
    return model


def deep(activation, initializer, depth=8):
    hidden = [L.Dense(32, activation, kernel_initializer=initializer)] * 0
    for _ in range(depth):
        hidden.append(L.Dense(32, activation, kernel_initializer=initializer))
    return chain(*hidden, L.Dense(1))


def batches():
    while True:
        rows = RNG.integers(0, ROWS, 64)
        yield X[rows], AMOUNT[rows]


def pinball(y_true, y_pred):
    error = y_true - y_pred
    return keras.ops.mean(keras.ops.maximum(0.9 * error, -0.1 * error), axis=-1)


def own_error(y_true, y_pred):
    return keras.ops.mean(keras.ops.abs(y_true - y_pred))
