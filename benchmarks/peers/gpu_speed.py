"""Training speed of PyTorch on a GPU, beside ours: a table of targets, in Markdown.

`benchmark_training --device=cuda --precision=P --benchmark_out=P.json --benchmark_out_format=json` for the precisions
fp32, tf32 and bf16, then `python gpu_speed.py --ours *.json`. `--check` compares the stacked network with the ordinary
one. With `--device cpu --members 2 --batch 2` all variants run as a trial, without CUDA graphs. Ours reads every step's
loss, the peers do not wait for theirs. Needs PyTorch (tried with 2.15.0, on a CPU).
"""

import argparse
import json
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import nn

from genre_cnn import FREQUENCIES, TIMES, adam, descend, genre_cnn, loss_and_logits
from genre_cnn_stacked import Batch, StackedGenreCnn, padded, stacked
from lstm_classifier import BATCH as LSTM_BATCH
from lstm_classifier import RATE, LstmClassifier

CLASSES, PICTURES, SONGS, FEATURES = 10, 256, 144, 28
WARMUP, ROUNDS, ROUND_SECONDS = 5, 7, 0.3


def allow_tf32():
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def seconds_a_call(call, device):
    """The median of some rounds of calls, which a GPU takes without waiting between them."""
    for _ in range(WARMUP):
        call()
    calls, seconds = 1, []
    while len(seconds) < ROUNDS:
        synchronize(device)
        start = time.perf_counter()
        for _ in range(calls):
            call()
        synchronize(device)
        elapsed = time.perf_counter() - start
        if elapsed < ROUND_SECONDS / 2 and not seconds:
            calls *= 2
        else:
            seconds.append(elapsed / calls)
    return statistics.median(seconds)


def graphed(step, device):
    """The step as one CUDA graph; on a CPU as it is."""
    if device == "cpu":
        return step
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def random_pictures(n, device):
    pictures = torch.randint(0, 256, (n, 1, FREQUENCIES, TIMES), dtype=torch.uint8, device=device)
    return pictures, torch.randint(0, CLASSES, (n,), device=device)


def timed_on_random_rows(step, rows, count, device):
    def call():
        rows.random_(count)
        step()
    return seconds_a_call(call, device)


def time_members_in_a_loop(args, graph, compiled=False):
    """Seconds of a step of all members, each a network of its own."""
    pictures, labels = random_pictures(PICTURES, args.device)
    nets = [genre_cnn(CLASSES).to(args.device) for _ in range(args.members)]
    optimizers = [adam(net) for net in nets]
    rows = torch.zeros(args.members, args.batch, dtype=torch.int64, device=args.device)
    if compiled:
        for net in nets:
            net.compile()

    def step():
        for net, optimizer, chosen in zip(nets, optimizers, rows):
            descend(loss_and_logits(net, pictures[chosen].float() * (1 / 255), labels[chosen])[0], optimizer)
    return timed_on_random_rows(graphed(step, args.device) if graph else step, rows, PICTURES, args.device)


def eager(args):
    return time_members_in_a_loop(args, graph=False)


def graphs(args):
    allow_tf32()
    return time_members_in_a_loop(args, graph=True)


def compiled(args):
    allow_tf32()
    return time_members_in_a_loop(args, graph=True, compiled=True)


def expert(args):
    allow_tf32()
    pictures, labels = random_pictures(PICTURES, args.device)
    pictures = padded(pictures)
    net = StackedGenreCnn([genre_cnn(CLASSES) for _ in range(args.members)]).to(args.device)
    optimizer, batch = adam(net), Batch(args.members, args.batch, args.device)
    rows = torch.zeros(args.members, args.batch, dtype=torch.int64, device=args.device)

    def step():
        descend(net.loss_and_logits(batch.fill(pictures, rows), labels[rows])[0], optimizer)
    return timed_on_random_rows(graphed(step, args.device), rows, PICTURES, args.device)


def time_convolution(args, picture, filters, stride):
    """Forward and the filters' gradient alone, of all members one after another."""
    allow_tf32()
    x = torch.rand(args.batch, *picture, device=args.device)
    w = torch.rand(*filters, device=args.device)
    dy = torch.rand_like(nn.functional.conv2d(x, w, stride=stride))

    def call():
        for _ in range(args.members):
            nn.functional.conv2d(x, w, stride=stride)
            torch.ops.aten.convolution_backward(dy, x, w, None, stride, [0, 0], [1, 1], False, [0, 0], 1,
                                                [False, True, False])
    return seconds_a_call(call, args.device)


def convolution(args):
    return time_convolution(args, (1, FREQUENCIES, TIMES), (100, 1, FREQUENCIES, 15), [1, 5])


def convolution_over_channels(args):
    """The same with the frequencies as channels, 128 of them."""
    return time_convolution(args, (128, 1, TIMES), (100, 128, 1, 15), [1, 5])


def time_lstm(args, graph):
    """Seconds of a step of one model."""
    torch.backends.cudnn.allow_tf32 = True
    songs = torch.rand(SONGS, FEATURES, 1, device=args.device)
    labels = torch.randint(0, 2, (SONGS,), device=args.device)
    net = LstmClassifier(2).to(args.device)
    optimizer = torch.optim.Adam([p for p in net.parameters() if p.requires_grad], RATE, eps=1e-7, fused=True,
                                 capturable=args.device == "cuda")
    rows = torch.zeros(LSTM_BATCH, dtype=torch.int64, device=args.device)

    def step():
        descend(nn.functional.cross_entropy(net(songs[rows]), labels[rows]), optimizer)
    return timed_on_random_rows(graphed(step, args.device) if graph else step, rows, SONGS, args.device)


def lstm_eager(args):
    return time_lstm(args, graph=False)


def lstm_graphed(args):
    return time_lstm(args, graph=True)


CNN_PEERS = [
    ("PyTorch eager, members in a loop", eager, 10),
    ("torch.compile, a CUDA graph, tf32, fused Adam", compiled, 5),
    ("CUDA graph, tf32, fused Adam", graphs, 5),
    ("the expert's PyTorch: stacked products, tf32, fused Adam, a CUDA graph", expert, 1.5),
    ("cuDNN's convolution alone, forward and weight gradient, tf32", convolution, 4),
    ("the same, frequencies as 128 channels", convolution_over_channels, 4),
]
LSTM_PEERS = [  # and the targets of one model at once
    ("PyTorch eager", lstm_eager, 8),
    ("CUDA-graphed cuDNN", lstm_graphed, 3),
]
MANY_LSTMS, TARGET_OF_MANY = (64, 128), 100
PRECISIONS = ("fp32", "tf32", "bf16")


def run_alone(variant, args):
    """Its seconds, in a process of its own: settings, memory and failures stay there."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(variant, args).result()


def measured_rate(name, variant, examples, args):
    """Examples a second, or why there are none."""
    try:
        rate = examples / run_alone(variant, args)
    except Exception as problem:  # whatever it is, the others go on
        reason = (str(problem).strip() or type(problem).__name__).splitlines()[0].replace("|", "/")
        print(f"{name}: failed: {problem}", file=sys.stderr, flush=True)
        return f"failed: {reason[:100]}"
    print(f"{name}: {rate:.0f}/s", file=sys.stderr, flush=True)
    return rate


def read_ours(files):
    """By precision and benchmark: examples a second, and milliseconds."""
    rates, milliseconds = {}, {}
    for file in files:
        results = json.loads(file.read_text(encoding="utf-8"))
        precision = results["context"]["precision"]
        for run in results["benchmarks"]:
            name = run["name"].removesuffix("/real_time")
            rates[precision, name] = run.get("items_per_second")
            milliseconds[precision, name] = run["real_time"]
    return rates, milliseconds


def table_row(*cells):
    return f"| {' | '.join(cells)} |"


def row(what, against, peer, ours, target):
    """A row of the table; `ours` are rates by precision."""
    measured = isinstance(peer, float)
    cells, reaching = [], []
    for precision in PRECISIONS:
        rate = ours.get(precision)
        if rate is None:
            cells.append("not yet measured")
            continue
        cells.append(f"{rate:.0f}" + (f" ({rate / peer:.2f} ×)" if measured else ""))
        if measured and rate >= target * peer:
            reaching.append(precision)
    has_verdict = measured and any(ours.values())
    verdict = "" if not has_verdict else "yes: " + ", ".join(reaching) if reaching else "no"
    return table_row(what, against, f"{peer:.0f}" if measured else peer, *cells, f"≥ {target} ×", verdict)


def whole_job_row(milliseconds):
    times = {precision: ms / 1000 for (precision, name), ms in milliseconds.items() if name.startswith("whole_job")}
    cells = [f"{times[p]:.2f} s" if p in times else "not yet measured" for p in PRECISIONS]
    reaching = [precision for precision, seconds in times.items() if seconds < 1]
    verdict = "" if not times else "yes: " + ", ".join(reaching) if reaching else "no"
    return table_row("800 clips, 10 members, 15 epochs", "a clock", "", *cells, "< 1 s", verdict)


def print_table(args):
    rates, milliseconds = read_ours(args.ours)

    def ours(name):
        return {precision: rates.get((precision, name)) for precision in PRECISIONS}
    device = torch.cuda.get_device_name() if args.device == "cuda" else "CPU"
    print(f"PyTorch {torch.__version__} on {device}; examples a second, ours over the peer's in brackets.\n")
    print(table_row("what", "against", "peer", *("ours, " + p for p in PRECISIONS), "target", "reached"))
    print(table_row(*["---"] * 8))
    cnn = f"GenreCnn, {args.members} members, batch {args.batch}"
    for name, variant, target in CNN_PEERS:
        peer = measured_rate(name, variant, args.members * args.batch, args)
        print(row(cnn, name, peer, ours(f"train_step/members:{args.members}/batch:{args.batch}"), target), flush=True)
    for name, variant, target in LSTM_PEERS:
        peer = measured_rate(name, variant, LSTM_BATCH, args)
        print(row("LSTM, one model", name, peer, ours(f"train_step_lstm/members:1/batch:{LSTM_BATCH}"), target))
        for members in MANY_LSTMS:
            print(row(f"LSTM, {members} models at once", name + ", one after another", peer,
                      ours(f"train_step_lstm/members:{members}/batch:{LSTM_BATCH}"), TARGET_OF_MANY), flush=True)
    print(whole_job_row(milliseconds))


def difference(actual, expected):
    """Relative to the largest number."""
    return ((actual - expected).abs().max() / expected.abs().max()).item()


def check(args):
    """Whether the stacked network has the ordinary one's logits and gradients."""
    torch.manual_seed(1)
    torch.backends.cudnn.allow_tf32 = False
    members, batch = 2, 3
    pictures, labels = random_pictures(members * batch, args.device)
    rows = torch.randperm(members * batch, device=args.device).view(members, batch)
    nets = [genre_cnn(CLASSES).to(args.device).eval() for _ in range(members)]
    all_logits = []
    for net, chosen in zip(nets, rows):
        loss, logits = loss_and_logits(net, pictures[chosen].float() * (1 / 255), labels[chosen])
        loss.backward()
        all_logits.append(logits)
    net = StackedGenreCnn(nets).to(args.device).eval()
    loss, logits = net.loss_and_logits(Batch(members, batch, args.device).fill(padded(pictures), rows), labels[rows])
    loss.backward()
    names = ["filters", "their bias", "weights", "their bias", "last weights", "their bias"]
    gradients = stacked([[p.grad for p in net.parameters()] for net in nets])
    found = [("logits", difference(logits, torch.stack(all_logits)))]
    found += [("gradient of " + name, difference(p.grad, g)) for name, p, g in zip(names, net.weights, gradients)]
    for name, value in found:
        print(f"{name}: {value:.1e}")
    if max(value for _, value in found) > 1e-4:
        sys.exit("the stacked network differs from the ordinary one by more than 1e-4")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--members", type=int, default=10)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--ours", type=Path, nargs="*", default=[], metavar="JSON",
                        help="written by benchmark_training, one a precision")
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    if args.device == "cuda" and not torch.cuda.is_available():
        parser.error("PyTorch sees no GPU here; --device cpu tries everything on the CPU")
    if args.check:
        check(args)
    else:
        print_table(args)


if __name__ == "__main__":
    main()
