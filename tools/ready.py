"""Say in about ten seconds whether this computer is ready for a lesson, or what to do.

python3 tools/ready.py     any Python from 3.8 on; nothing is fetched or changed
"""
# Every Python must understand this file, or an old one tells of a syntax error.

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

if __name__ == "__main__":
    if sys.version_info < (3, 8):  # noqa: UP036
        old = ".".join(map(str, sys.version_info[:2]))
        sys.exit(
            "Python " + old + " is too old. If python3 (Windows: py) starts no newer "
            "one, install it: python.org/downloads. Then try again in a new terminal."
        )
    from tools import laptop

    sys.exit(laptop.main())
