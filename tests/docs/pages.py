"""The pages, and the blocks of code in them. What stands behind a block's language says what it is:

sh             commands: run_pages.py runs a page's in order, in a folder that holds what its lay_out() puts there
sh background  is left running until the page ends
sh no-run      is not run: it needs a GPU, a cluster, a server, what PyPI has
json FILE      is that file, for the commands after it
cpp FILE       is a piece of FILE in this repository; pieces of one file stand in its order
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.M)


def blocks(page):
    """The line, the words behind the fence ("" if there are none) and the code of each block."""
    text = page.read_text()
    for fence in FENCE.finditer(text):
        yield text.count("\n", 0, fence.start()) + 1, fence[2].split() or [""], fence[3]
