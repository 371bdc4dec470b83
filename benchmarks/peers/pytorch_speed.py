"""Milliseconds that a training step takes in PyTorch (eager, on the CPU), from row numbers to updated weights.

Run `python pytorch_speed.py genre_cnn|lstm [--threads 2] [--plain-adam]`; prints one JSON document.
GenreCnn has channels first and pictures (frequency, time): of PyTorch 2.15's ordinary ways that was the fastest on
one core of an AMD EPYC with AVX2; Conv1d over 127 channels was as fast, channels_last and time first were slower.
"""

import torch

import genre_cnn
import lstm_classifier
from speed import BATCH, EXAMPLES, FEATURES, options, report


def genre_cnn_step(fused):
    data = torch.randint(0, 256, (EXAMPLES, 1, genre_cnn.FREQUENCIES, genre_cnn.TIMES), dtype=torch.uint8)
    labels = torch.randint(0, 10, (EXAMPLES,))
    net = genre_cnn.genre_cnn(10)
    optimizer = genre_cnn.adam(net, fused)

    def step():
        rows = torch.randint(0, EXAMPLES, (BATCH,))
        genre_cnn.training_step(net, optimizer, data[rows].float() * (1 / 255), labels[rows])
    return step


def lstm_step(fused):
    data, labels = torch.rand(EXAMPLES, FEATURES, 1), torch.randint(0, 2, (EXAMPLES,))
    net = lstm_classifier.LstmClassifier(2)
    parameters = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, lstm_classifier.RATE, eps=1e-7, fused=fused)

    def step():
        rows = torch.randint(0, EXAMPLES, (BATCH,))
        loss = torch.nn.functional.cross_entropy(net(data[rows]), labels[rows])
        genre_cnn.descend(loss, optimizer)
        loss.item()
    return step


def main():
    parser = options(__doc__)
    parser.add_argument("--plain-adam", action="store_true", help="Adam as it is by default, not fused")
    args = parser.parse_args()
    fused = not args.plain_adam
    torch.set_num_threads(args.threads)
    torch.manual_seed(1)
    step = genre_cnn_step(fused) if args.model == "genre_cnn" else lstm_step(fused)
    report(f"PyTorch {torch.__version__}, {'fused' if fused else 'default'} Adam", step)


if __name__ == "__main__":
    main()
