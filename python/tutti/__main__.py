"""The program: python -m tutti COMMAND, or tutti COMMAND."""

import os
import sys

from .search import program


def main() -> None:
    os.execv(program, [str(program), *sys.argv[1:]])


if __name__ == "__main__":
    main()
