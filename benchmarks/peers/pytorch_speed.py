"""Milliseconds a training step takes in PyTorch (eager, on the CPU), from row numbers to updated weights.

Run `python pytorch_speed.py genre_cnn|lstm [--batch 32] [--threads 2] [--plain-adam]`; prints one JSON document.
GenreCnn has channels first and pictures (frequency, time): of PyTorch 2.15's ordinary ways that was the fastest on
one core of an AMD EPYC with AVX2; Conv1d over 127 channels was as fast, channels_last and time first were slower.
"""

import torch

import genre_cnn
import lstm_classifier
from speed import FEATURES, PICTURES, arguments, median_milliseconds, report


def genre_cnn_step(args):
    data = torch.randint(0, 256, (PICTURES, 1, genre_cnn.FREQUENCIES, genre_cnn.TIMES), dtype=torch.uint8)
    labels = torch.randint(0, 10, (PICTURES,))
    net = genre_cnn.genre_cnn(10)
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-4, eps=1e-7, fused=not args.plain_adam)

    def step():
        rows = torch.randint(0, PICTURES, (args.batch,))
        genre_cnn.training_step(net, optimizer, data[rows].float() * (1 / 255), labels[rows])
    return step


def lstm_step(args):
    data, labels = torch.rand(PICTURES, FEATURES, 1), torch.randint(0, 2, (PICTURES,))
    net = lstm_classifier.LstmClassifier(2)
    parameters = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lstm_classifier.RATE, eps=1e-7, fused=not args.plain_adam)

    def step():
        rows = torch.randint(0, PICTURES, (args.batch,))
        loss = torch.nn.functional.cross_entropy(net(data[rows]), labels[rows])
        genre_cnn.descend(loss, optimizer)
        loss.item()
    return step


def main():
    args = arguments(__doc__, lambda parser: parser.add_argument("--plain-adam", action="store_true",
                                                                 help="Adam as it is by default, not fused"))
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    step = genre_cnn_step(args) if args.model == "genre_cnn" else lstm_step(args)
    adam = "default" if args.plain_adam else "fused"
    report(f"PyTorch {torch.__version__}, {adam} Adam", median_milliseconds(step, args))


if __name__ == "__main__":
    main()
