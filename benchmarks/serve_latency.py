"""How long `tutti serve` takes to answer: clips of 30 s to POST /genre, from one client and from many.

    python benchmarks/serve_latency.py CLIP.wav … [--program build/release/tutti] [--clients 1 32] [--requests 200]
"""

import argparse
import http.client
import os
import queue
import re
import statistics
import subprocess
import threading
import time
from pathlib import Path


def ask(address, clip):
    """The status, and how many seconds it took from connecting to the answer's end."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection(address, timeout=600)
    connection.request("POST", "/genre", clip, {"Content-Type": "audio/wav"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - start


def measure(address, clips, clients, requests):
    """Seconds of each answer, and of all; a client that is told that the server is busy asks again."""
    left = queue.SimpleQueue()
    for i in range(requests):
        left.put(clips[i % len(clips)])
    took, busy = [], []

    def client():
        while True:
            try:
                clip = left.get_nowait()
            except queue.Empty:
                return
            while (answer := ask(address, clip))[0] == 503:
                busy.append(answer[1])
                time.sleep(1)
            assert answer[0] == 200
            took.append(answer[1])

    threads = [threading.Thread(target=client) for _ in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, time.perf_counter() - start, len(busy)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--program", default="build/release/tutti")
    parser.add_argument("--clients", nargs="+", type=int, default=[1, 32])
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    clips = [clip.read_bytes() for clip in options.clips]
    server = subprocess.Popen([options.program, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    address = re.search(r"http://(\S+)", server.stderr.readline())[1]
    for clip in clips:
        ask(address, clip)
    print("| clients | p50 | p99 | clips a second | processor time per clip | told to come again |")
    print("|---|---|---|---|---|---|")
    for clients in options.clients:
        before = processor_seconds(server.pid)
        took, total, busy = measure(address, clips, clients, options.requests)
        p = statistics.quantiles(took, n=100)
        used = (processor_seconds(server.pid) - before) / (options.requests + busy)
        print(f"| {clients} | {p[49] * 1e3:.0f} ms | {p[98] * 1e3:.0f} ms | {options.requests / total:.1f} "
              f"| {used * 1e3:.0f} ms | {busy} |")
    server.terminate()
    server.wait()
    print(f"load average {os.getloadavg()[0]:.1f}")


def processor_seconds(pid):
    """Of a process and its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
