from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient


@pytest.mark.filterwarnings("ignore")  # of Jupyter's own parts
def test_the_notebook_runs_from_top_to_bottom():
    notebook = Path(__file__).parents[2] / "examples" / "genres.ipynb"
    NotebookClient(nbformat.read(notebook, 4), timeout=120, kernel_name="python3").execute()
