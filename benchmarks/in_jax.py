"""The grid of networks in JAX: the same steps, on the same rows, all rates at once."""

import jax
import jax.numpy as jnp
import numpy as np

from helpers.minibatches import epoch_order


class Grid:
    """Networks with one hidden layer of ReLU, for every rate and batch size."""

    def __init__(self, problem, start, rates, sizes, epochs):
        self.start = [jnp.asarray(weights) for weights in start]
        self.rates = jnp.asarray(rates, jnp.float32)
        self.rows = jnp.asarray(problem.x_train), jnp.asarray(problem.y_train)
        self.valid = jnp.asarray(problem.x_valid), jnp.asarray(problem.y_valid)
        self.orders = [self._orders(size, epochs) for size in sizes]
        self.train_one = jax.jit(jax.vmap(self._train, in_axes=(0, None)))

    def train(self):
        """Return the last training losses, of shape (rates, sizes)."""
        losses = [self.train_one(self.rates, orders)[0] for orders in self.orders]
        return np.stack([each[:, -1] for each in losses], axis=1)

    def compile_and_train(self):
        """Return the same, compiled anew."""
        jax.clear_caches()
        return self.train()

    def _orders(self, size, epochs):
        """Return rows (epochs, steps, size); -1 fills the last step, and is no row."""
        rows = len(self.rows[0])
        filled = np.full((epochs, -(-rows // size) * size), -1)
        filled[:, :rows] = [epoch_order(rows, epoch, 0) for epoch in range(epochs)]
        return filled.reshape(epochs, -1, size)

    def _train(self, rate, orders):
        (x, y), valid = self.rows, self.valid

        def step(weights, rows):
            slopes = jax.grad(loss)(weights, x[rows], y[rows], rows >= 0)
            return [w - rate * g for w, g in zip(weights, slopes, strict=True)], None

        def epoch(weights, order):
            weights, _ = jax.lax.scan(step, weights, order)
            return weights, (loss(weights, x, y), loss(weights, *valid))

        return jax.lax.scan(epoch, self.start, orders)[1]


def loss(weights, x, y, counted=True):
    """Return the crossentropy of the rows that count."""
    W1, b1, W2, b2 = weights
    logs = jax.nn.log_softmax(jax.nn.relu(x @ W1 + b1) @ W2 + b2)
    of_rows = -jnp.take_along_axis(logs, y[:, None], axis=1)[:, 0]
    return jnp.mean(of_rows, where=counted)
