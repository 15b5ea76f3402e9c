"""What people answer to the exercise of the start page; CONTRIBUTING.md says how."""

import numpy as np

NAMES = {}

RIGHT = {"halves": [7, 7.0, np.int64(7)]}

WRONG = {
    "halves": [
        (50, "after two steps a quarter is left"),
        (100, "into hundredths"),
        (2, "a quarter of the way"),
        (6, "1/64 is left"),
        (8, "One step less"),
        (5, "1/32 is left, more than 1/100"),
        (1, "After 1 step 1/2 is left"),
        (44, "next to nothing is left"),
        (10, "1/1,024 is left"),
        (0, "Count from 1"),
        (6.64, "whole number"),
        ("7", "take the quotes away"),
    ]
}
