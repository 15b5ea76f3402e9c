"""Optimizers as a learner of lesson 7 would write them, each in another habit."""

from dataclasses import dataclass

import numpy as np

from helpers.optimizers import SGD, Optimizer


class SignSGD(Optimizer):
    """Nothing but a rule."""

    def update(self, w, g, memory, rate):
        return w - rate * np.sign(g)


class Lion(Optimizer):
    """Its settings have other names inside."""

    def __init__(self, learning_rate=0.001, betas=(0.9, 0.99), decay=0.0):
        super().__init__(learning_rate)
        self.b1, self.b2 = betas
        self.shrink = decay

    def update(self, w, g, memory, rate):
        way = np.sign(self.b1 * memory["m"] + (1 - self.b1) * g)
        memory["m"] = self.b2 * memory["m"] + (1 - self.b2) * g
        return w - rate * (way + self.shrink * w)


class Heavy(SGD):
    """What it does not know goes on to its parent."""

    def __init__(self, learning_rate=0.01, **settings):
        super().__init__(learning_rate, momentum=0.9, **settings)


@dataclass
class MyAdam(Optimizer):
    """A dataclass calls no other __init__; its root of a number is float64."""

    learning_rate: float = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999

    def update(self, w, g, memory, rate):
        memory["t"] += 1
        memory["m"] = self.beta_1 * memory["m"] + (1 - self.beta_1) * g
        memory["v"] = self.beta_2 * memory["v"] + (1 - self.beta_2) * g**2
        correction = np.sqrt(1 - self.beta_2 ** memory["t"])
        correction /= 1 - self.beta_1 ** memory["t"]
        return w - rate * correction * memory["m"] / (np.sqrt(memory["v"]) + 1e-7)


class InPlace(Optimizer):
    """Works on the arrays that it is given, as many examples on the web do."""

    def update(self, w, g, memory, rate):
        g *= rate
        w -= g
        return w


class LastThree(Optimizer):
    """Keeps a list of arrays, and an array with fewer axes than the weights."""

    def update(self, w, g, memory, rate):
        memory["last"] = [g, *(memory["last"] or [])][:3]
        memory["largest"] = np.maximum(memory["largest"], np.abs(g).max(axis=-1))
        return w - rate * sum(memory["last"]) / (memory["largest"][..., None] + 1e-7)


RULES = SignSGD, Lion, Heavy, MyAdam, InPlace, LastThree
