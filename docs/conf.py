"""Sphinx's settings: scripts/docs makes a site of README.md and these pages."""

import re
from pathlib import Path

root = Path(__file__).parents[1]

project = "tutti"
version = re.search(r"project\(tutti VERSION ([0-9.]+)", (root / "CMakeLists.txt").read_text())[1]
extensions = ["myst_parser"]
root_doc = "README"
include_patterns = ["README.md", "CONTRIBUTING.md", "docs/*.md", "models/pretrained/README.md", "benchmarks/results/*.md"]
myst_heading_anchors = 4  # as GitHub makes them
suppress_warnings = ["myst.xref_missing"]  # files and folders that are not pages: tests/docs checks that they are there

html_theme = "furo"
html_title = f"tutti {version}"
html_show_copyright = False
smartquotes = False


CONTENTS = """
```{{toctree}}
:hidden:

{pages}
CONTRIBUTING
```

```{{toctree}}
:hidden:
:caption: Measured
:glob:

models/pretrained/README
benchmarks/results/*
```

The [API reference](api/index.html) of the C++ headers.
"""


def add_contents(app, page, source):
    """The sidebar, on the first page: the others in the order in which docs/README.md lists them."""
    if page == "README":
        listed = re.findall(r"^- \[.*?\]\((\w+)\.md\)", (root / "docs/README.md").read_text(), re.M)
        source[0] += CONTENTS.format(pages="\n".join(f"docs/{name}" for name in ["README", *listed]))


def setup(app):
    app.connect("source-read", add_contents)
