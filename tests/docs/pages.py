#!/usr/bin/env python3
"""Checks that README.md and docs/ say what is so. Needs Python alone.

  pages.py run FOLDER_OF_TUTTI [PAGE.md ...]   runs the commands of pages, all by default
  pages.py check                               links of all pages, code that pages quote, languages of blocks

A page's blocks marked `sh` run in order, by bash, in a new folder that holds what lay_out() puts there; each must end
well. `sh background` is left running until the page ends. `sh no-run` is not run: it needs a GPU, a cluster, a server.
A block marked `json FILE` is that file, for the commands after it. A block marked `cpp FILE` is a piece of FILE in this
repository; pieces of one file stand in its order.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LANGUAGES = {"sh", "text", "cpp", "python", "json", "csv"}
FENCE = re.compile(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", re.M)


def blocks(page):
    """The line, the words behind the fence ("" if there are none) and the code of each block."""
    text = page.read_text()
    for fence in FENCE.finditer(text):
        yield text.count("\n", 0, fence.start()) + 1, fence[2].split() or [""], fence[3]


# Running


def lay_out(folder, environment):
    """What readers have: music by genre, songs in one folder and in ~/Music, and what tutti makes of them."""
    def tutti(*command):
        subprocess.run(["tutti", *command, "--quiet"], cwd=folder, env=environment, check=True, capture_output=True)

    tutti("synth", "--out", "synth", "--songs", "18", "--seconds", "10")
    for genre, invented in {"classical": "glimmer", "jazz": "sway", "metal": "thud"}.items():
        (folder / "music" / genre).mkdir(parents=True)
        for number, song in enumerate(sorted((folder / "synth/audio" / invented).iterdir())):
            song.rename(folder / "music" / genre / f"{invented} {number // 3} - {number:02}.wav")
    shutil.rmtree(folder / "synth")
    some = sorted((folder / "music").glob("*/*- 0[0-3].wav"))
    for place in ("songs", "Music"):
        (folder / place).mkdir()
        for song in some:
            shutil.copy(song, folder / place)
    shutil.copy(some[0], folder / "song.mp3")  # a song is what its first bytes say
    shutil.copy(some[-1], folder / "other.flac")
    (folder / ".curlrc").write_text("fail\nsilent\nshow-error\n")
    shape = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 28, 1)}".ljust(117) + "\n"
    (folder / "X.npy").write_bytes(b"\x93NUMPY\x01\x00\x76\x00" + shape.encode() + bytes(4 * 2 * 28))
    tutti("spectrogram", "music", "--out", "genres")
    tutti("spectrogram", "music", "--bands", "mel128", "--out", "mels")
    tutti("features", "music", "--out", "features.csv")


def free_port():
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return str(any_port.getsockname()[1])


def run_page(page, folder, environment):
    """Whether all commands of a page end well in a folder."""
    servers, port = [], free_port()
    log = folder / ".said"
    try:
        for line, words, code in blocks(page):
            if words[0] == "json" and len(words) > 1:
                (folder / words[1]).write_text(code)
            if words[0] != "sh" or "no-run" in words:
                continue
            code = code.replace("tutti serve", f"tutti serve --port {port}").replace("8080", port)
            with log.open("w") as said:
                started = subprocess.Popen(["bash", "-euo", "pipefail", "-c", code], cwd=folder,
                                           env={**environment, "HOME": str(folder)}, stdin=subprocess.DEVNULL,
                                           stdout=said, stderr=said, start_new_session=True)
            if "background" in words:
                servers.append(started)
                while "until Ctrl-C" not in log.read_text() and started.poll() is None:
                    time.sleep(0.05)
                failed = started.poll() is not None
            else:
                failed = started.wait() != 0
            if failed:
                print(f"{page.relative_to(ROOT)}:{line}: a command of this block failed:\n{code}{log.read_text()}")
                return False
        return True
    finally:
        for server in servers:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait()


def run(programs, pages):
    environment = {**os.environ, "PATH": f"{Path(programs).resolve()}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory() as place:
        first = Path(place, "first")
        first.mkdir()
        lay_out(first, environment)
        good = True
        for page in pages:
            start, folder = time.monotonic(), Path(place, "page")
            shutil.copytree(first, folder)
            good &= run_page(page, folder, environment)
            shutil.rmtree(folder)
            print(f"{page.relative_to(ROOT)}: {time.monotonic() - start:.1f} s", flush=True)
        return good


# Checking


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


def anchors(page):
    """What GitHub calls a page's headings."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def bad_links(page):
    for link in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", link):
            continue
        target = page.parent / path if path else page
        if not target.exists():
            yield f"{link}: there is no such file"
        elif anchor and anchor not in anchors(target):
            yield f"{link}: {target.name} has no such heading"


def bad_blocks(page):
    place = {}  # in each quoted file, where the last piece ended
    for line, words, code in blocks(page):
        language, *more = words
        if language not in LANGUAGES and page.name != "README.md":
            yield f"line {line}: a block of '{language}'; its language is one of {', '.join(sorted(LANGUAGES))}"
        if language == "sh" and not set(more) <= {"no-run", "background"}:
            yield f"line {line}: sh {' '.join(more)}: is neither no-run nor background"
        if language == "cpp" and more:
            at = (ROOT / more[0]).read_text().find(code, place.get(more[0], 0))
            if at < 0:
                yield f"line {line}: {more[0]} holds no such lines after those before"
            place[more[0]] = at + len(code)


def check():
    everywhere = [page for page in ROOT.rglob("*.md") if page.relative_to(ROOT).parts[0] not in ("build", "demo")]
    problems = [f"{page.relative_to(ROOT)}: {problem}" for page in everywhere for problem in bad_links(page)]
    problems += [f"{page.relative_to(ROOT)}: {problem}" for page in PAGES for problem in bad_blocks(page)]
    print("\n".join(problems) or f"{len(everywhere)} pages are as they should be")
    return not problems


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"] and len(sys.argv) > 2:
        sys.exit(not run(sys.argv[2], [Path(page).resolve() for page in sys.argv[3:]] or PAGES))
    if sys.argv[1:] == ["check"]:
        sys.exit(not check())
    sys.exit(__doc__)
