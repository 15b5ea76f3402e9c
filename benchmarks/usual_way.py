"""The picture of ``labs.line_fit`` as one usually writes it: pyplot, all drawn anew."""

import matplotlib.pyplot as plt
import numpy as np

from helpers.data import load
from helpers.labs.core import STYLE

plt.style.use(STYLE)
problem = load("diabetes")
x = problem.x_train[:, problem.feature_names.index("bmi")].astype(float)
y = problem.y_train[:, 0].astype(float)
inputs = np.column_stack([x, np.ones_like(x)])
best = np.linalg.lstsq(inputs, y, rcond=None)[0]
best_loss = np.mean((inputs @ best - y) ** 2)
rows_of_steps, path = [], [np.array([-1.0, 1.0])]
rng_epoch = 0
