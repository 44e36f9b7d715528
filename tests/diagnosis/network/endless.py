"""A training that tells its progress for ever: it ends when it is ended."""

import sys

while __name__ == "__main__":
    sys.stdout.write("1 100 0.5\n")
    sys.stdout.flush()
