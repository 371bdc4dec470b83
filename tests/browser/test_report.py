"""report.html, as a browser shows it."""

import json
import subprocess

import pytest
from conftest import TUTTI


def tutti(*words):
    subprocess.run([TUTTI, *map(str, words), "--quiet"], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A search with its best model: ten invented genres, named none too well."""
    folder = tmp_path_factory.mktemp("report")
    tutti("synth", "--songs", 8, "--seconds", 2, "--out", folder)
    tutti("features", folder / "audio", "--out", folder / "songs.csv")
    tutti("tune", "lstm", "--data", folder / "songs.csv", "--out", folder / "run", "--trials", 4, "--epochs", 3,
          "--test", 0.4)
    return folder / "run"


def report(run):
    return (run / "report.html").as_uri()


def metrics(run):
    return json.loads((run / "metrics.json").read_text())


def test_its_numbers_are_those_of_the_run(page, run):
    page.open(report(run))
    known = metrics(run)
    digits = {tile.text.split("\n")[0]: tile.find_element("css selector", "b").get_attribute("title")
              for tile in page.all(".tile")}
    assert float(digits["Accuracy"]) == known["accuracy"] and float(digits["Loss"]) == known["loss"]
    cells = [[int(cell.text) for cell in row.find_elements("css selector", "td")]
             for row in page.all(".matrix tbody tr")]
    assert cells == known["confusion"]
    assert page.complaints() == []
    assert [url for url in page.requests() if not url.startswith((report(run), "data:"))] == []


def test_a_cell_lists_its_songs(page, run):
    page.open(report(run))
    known = metrics(run)
    confusion, classes = known["confusion"], known["classes"]
    count, i, j = max((count, i, j) for i, row in enumerate(confusion) for j, count in enumerate(row))
    page.one(f"[data-cell='{i},{j}']").click()
    rows = page.all("[aria-live] tbody tr")
    assert len(rows) == count
    assert all(row.find_element("css selector", "th").text.startswith(classes[i]) for row in rows)
    assert all(classes[j] in row.find_element("css selector", "td").text for row in rows)
    assert page.one(f"[data-cell='{i},{j}']").get_attribute("aria-pressed") == "true"


def test_the_matrix_shows_shares_and_sorts(page, run):
    page.open(report(run))
    shares, similar = page.all(".choices button")
    names = [head.text for head in page.all(".matrix tbody th")]
    shares.click()
    assert all(cell.text.endswith("%") for cell in page.all(".matrix button"))
    similar.click()
    sorted_names = [head.text for head in page.all(".matrix tbody th")]
    assert sorted(sorted_names) == sorted(names) == sorted(metrics(run)["classes"])
    assert sorted_names == [head.text for head in page.all(".matrix thead th")]
    similar.click(), shares.click()
    assert [head.text for head in page.all(".matrix tbody th")] == names


def test_a_search_sorts_its_trials(page, run):
    page.open(report(run))
    page.one("summary").click()

    def column(k):
        table = next(table for table in page.all("table") if table.text.startswith("All 4 trials"))
        return [row.text.split()[k] for row in table.find_elements("css selector", "tbody tr")]

    assert len(column(2)) == 4 and column(2) == sorted(column(2), reverse=True)
    page.one("th button").click()  # by number
    assert column(0) == list("0123")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1100, 390])
def test_it_is_accessible(page, run, scheme, width):
    page.open(report(run), scheme, width)
    for summary in page.all("summary"):
        summary.click()
    page.one(".matrix button").click()
    assert page.violations() == []
    assert not page.is_too_wide()
    assert page.complaints() == []


def test_several_runs_are_side_by_side(page, run, tmp_path):
    tutti_report = [TUTTI, "report", run, "pretrained", "--out", tmp_path / "both.html"]
    subprocess.run(tutti_report, check=True)
    page.open((tmp_path / "both.html").as_uri())
    assert [row.text for row in page.all("table")[0].find_elements("css selector", "tbody th")] == [str(run), "pretrained"]
    assert [head.text for head in page.all("h2")] == [str(run), "pretrained"]
    assert page.complaints() == [] and page.violations() == []
