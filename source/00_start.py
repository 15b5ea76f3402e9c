# %% [markdown]
# # 0 · Start here
#
# **How does this course work?** Five to ten minutes, and you have had every handle in your hand.
#
# ## Run a cell
#
# The box below is a **cell** with Python code. Click into it, hold Shift and press Enter: the cell runs, its output appears
# below it, and the next one is chosen. Run all cells of a lesson like that, one after the other, from the top.

# %%
print("It runs.")

# %% [markdown]
# The number in brackets beside a cell counts what you have run; a star means that it is still at work. Most lessons begin by
# fetching what they use:

# %%
import matplotlib.pyplot as plt
import numpy as np

from helpers import labs, plots
from helpers.checks import bets
from helpers.checks import lesson_00 as check

plots.use_style()

# %% [markdown]
# ## Make a bet
#
# You walk down to a valley. Each step takes you a tenth of the way that is *left*. After how many steps is less than a hundredth
# of the way left? Say what you think before you run on: move the slider and press the button, or write a number in the place of
# the `...` and run the cell again. Nobody has to bet, and no guess is scolded.

# %% tags=["bet:steps_down"]
check.steps_down.bet(...)

# %%
left = 0.9 ** np.arange(101)
steps = np.argmax(left < 0.01)
print(steps, "steps")
check.steps_down.came(steps)

# %% [markdown]
# The next cell only draws, so its code is folded: a click on it opens it. Text that tells how an experiment ended is folded,
# too. Open it when you have run what is above.

# %%
plt.plot(100 * left, color=plots.DESCENT)
plt.plot(steps, 100 * left[steps], "o", color=plots.DESCENT)
plt.xlabel("step")
plt.ylabel("way that is left (%)")
plt.title(f"After {steps} steps less than a hundredth is left")
said = check.steps_down.draw()
plots.show(
    "The way that is left falls steeply at first, then ever more slowly: below 1% "
    f"after {steps} steps.{said}"
)

# %% [markdown] tags=["after"]
# *The way that is left, against the step: quick at first, then slower and slower.* The triangle below is your bet, the dot is
# what came. You will meet this curve again: it is how a network arrives.

# %% [markdown]
# ### Exercise 0.1 · Predict
#
# Now each step takes *half* of what is left. After how many steps is less than a hundredth left? Write 50 in the place of
# the `...` first, to see what a check says to a wrong answer. Then find the right one.

# %% tags=["exercise:halves"]
### BEGIN SOLUTION
my_steps = 7
### END SOLUTION
check.halves(my_steps)

# %% [markdown]
# Under each exercise stand two lines. Take the `#` of the first away and run the cell for a hint, again for a second one. The
# other line shows a solution.

# %%
# check.halves.hint()
# check.halves.solution()

# %% [markdown] tags=["solution"]
# 1/2, 1/4, 1/8, 1/16, 1/32, 1/64, 1/128: the seventh step is the first to leave less than a hundredth.

# %% [markdown]
# ## Move a lab
#
# Seen from above: a path down into a long valley. Drag the learning rate, which scales the steps. From where on does
# the path no longer arrive?

# %%
labs.descent()

# %% [markdown]
# ## Good to know
#
# - **Why not *Run All*?** It shows every result before you have said what you expect.
# - **Something is odd?** Choose *Kernel > Restart Kernel*, then run the cells again from the top. (*Runtime* on Colab, *Run* on
#   Kaggle.)
# - **A fresh copy of a lesson?** `make reset LESSON=01` keeps yours beside it. On Colab and Kaggle open the lesson once more.
# - **Where is my work?** In the folder `my/`: your lessons when you save (Ctrl+S), what you solved, and your bets. On Colab and
#   Kaggle save a copy; what you solved and bet is kept until you close the lesson.
# - **Done with a lesson?** Choose *Kernel > Shut Down Kernel*. Each open one takes up to 1 GB of memory.
#
# ## The lessons
#
# | lesson | its question | minutes to read and run | for the exercises |
# |---|---|---|---|
# | [1 · Stochastic](01_stochastic.ipynb) | why learn from random handfuls? | 45 | 70 |
# | [2 · Gradient](02_gradient.ipynb) | which way is down? | 60 | 120 |
# | [3 · Descent](03_descent.ipynb) | how far do you step? | 60 | 80 |
# | [4 · Batch size and learning rate](04_batch_size_and_learning_rate.ipynb) | how do the two dials belong together? | 60 | 60 |
# | [5 · Choosing parameters](05_choosing_parameters.ipynb) | which rate, and how should it change? | 50 | 60 |
# | [6 · Loss functions](06_loss_functions.ipynb) | which loss for which problem? | 55 | 80 |
# | [7 · Optimizers](07_optimizers.ipynb) | what does each one mend? | 85 | 60 |
# | [8 · Your turn](08_your_turn.ipynb) | what do you choose? | 40 | 80 |
# | [9 · Your own data](09_your_own.ipynb) | does it work on yours? | 45 | 50 |
#
# Come back to this page when you like. It shows what you have solved,

# %%
check.progress()

# %% [markdown]
# and how good a prophet you are.

# %%
bets.prophet()

# %% [markdown]
# **Next:** [1 · Stochastic: why learn from random handfuls?](01_stochastic.ipynb)
