#!/usr/bin/env python3
"""Runs what README.md and docs/ tell their readers to type: every command has to end well. Needs Python and curl.

  run_pages.py FOLDER_OF_TUTTI [PAGE.md ...]     all pages by default; pages.py says which blocks are run
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pages import PAGES, ROOT, blocks


def lay_out(folder, environment):
    """What readers have: music by genre, songs in one folder and in ~/Music, and what tutti makes of them."""
    def tutti(*command):
        subprocess.run(["tutti", *command, "--quiet"], cwd=folder, env=environment, check=True, capture_output=True)

    tutti("synth", "--out", "synth", "--songs", "4", "--seconds", "10")
    invented = sorted((folder / "synth/audio").iterdir())
    for i, genre in enumerate(["classical", "jazz", "metal"]):  # of three invented ones, each by two artists
        (folder / "music" / genre).mkdir(parents=True)
        songs = [song for kind in invented[3 * i:3 * i + 3] for song in sorted(kind.iterdir())]
        for number, song in enumerate(songs):
            song.rename(folder / "music" / genre / f"{song.parent.name} {number // 2} - {number:02}.wav")
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
    programs = Path(programs).resolve()
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    with tempfile.TemporaryDirectory() as place:
        first = Path(place, "first")
        (first / "build").mkdir(parents=True)
        (first / "build/release").symlink_to(programs)
        lay_out(first, environment)
        good = True
        for page in pages:
            start, folder = time.monotonic(), Path(place, "page")
            shutil.copytree(first, folder, symlinks=True)
            good &= run_page(page, folder, environment)
            shutil.rmtree(folder)
            print(f"{page.relative_to(ROOT)}: {time.monotonic() - start:.1f} s", flush=True)
        return good


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(not run(sys.argv[1], [Path(page).resolve() for page in sys.argv[2:]] or PAGES))
