#!/usr/bin/env python3
"""What PyTorch does with the same work: whole training steps of toy models of superposition.

    pytorch_baseline.py --config B --density 0.1 --threads 2 --seconds 5      speed, one JSON object
    pytorch_baseline.py --check --features 5 --hidden 2 --density 0.1         final losses, one JSON object

The work: instances of x' = ReLU(W^T W x + b) side by side; every step draws a fresh batch of U[0, 1) * Bernoulli(p), and moves W and b by
AdamW with PyTorch's defaults at a learning rate of 1e-3. Two styles:

notebook    one batched einsum over instances, autograd, torch.optim.AdamW: what the paper's public notebook does.
best        the fastest that we can write in PyTorch: gradient derived by hand, everything in place, no loss outside the steps that record
            it, features drawn from numpy's SFC64 in one pass of integers. Variants (below) are tried first, and the fastest one is timed.

Needs PyTorch and numpy. On Debian 12: apt-get install python3-torch python3-numpy libopenblas0-openmp. Without the last, torch runs on the
reference BLAS; with the pthread flavour, its threads and torch's contend for the same cores. The JSON names the BLAS that was loaded, and
its kernels: an OpenBLAS older than the processor may take it for one without AVX, and is then told which to use.
"""

import argparse
import ctypes
import json
import math
import multiprocessing
import os
import statistics
import sys
import time

CONFIGURATIONS = {
    # name: features n, hidden m, instances, batch
    "A": (5, 2, 10, 1024),
    "B": (20, 5, 10, 1024),
    "C": (100, 20, 10, 1024),
    "D": (2, 1, 100, 1024),
    "E": (200, 20, 20, 2048),
    "F1": (400, 30, 1, 1024),
    "F2": (10_000, 1_000, 1, 256),
}
LEARNING_RATE, WEIGHT_DECAY, BETA1, BETA2, EPSILON = 1e-3, 0.01, 0.9, 0.999, 1e-8
RECORD_EVERY = 50
WARM_UP = 3


def xavier(torch, instances, n, m, seed):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(instances, n, m, generator=generator) * math.sqrt(2 / (n + m))


class Notebook:
    """The notebook's style: einsum, autograd, torch.optim.AdamW. The loss is summed over features, averaged over rows."""

    def __init__(self, torch, n, m, instances, batch, density, seed):
        self.torch, self.shape, self.density = torch, (batch, instances, n), density
        torch.manual_seed(seed)
        self.weights = torch.nn.Parameter(xavier(torch, instances, n, m, seed))
        self.bias = torch.nn.Parameter(torch.zeros(instances, n))
        self.optimizer = torch.optim.AdamW([self.weights, self.bias], lr=LEARNING_RATE)
        self.steps = 0

    def draw(self, rows=None):
        torch, shape = self.torch, (rows or self.shape[0], *self.shape[1:])
        return torch.where(torch.rand(shape) < self.density, torch.rand(shape), torch.zeros(()))

    def losses(self, x):
        """The mean loss of each instance over rows x."""
        torch = self.torch
        hidden = torch.einsum("bif,ifh->bih", x, self.weights)
        output = torch.relu(torch.einsum("bih,ifh->bif", hidden, self.weights) + self.bias)
        return (x - output).square().sum(-1).mean(0)

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.losses(self.draw()).sum()
        loss.backward()
        self.optimizer.step()
        self.steps += 1
        if self.steps % RECORD_EVERY == 0:
            loss.item()


class Features:
    """Draws features fast: each 64-bit number of SFC64 is two 32-bit integers, and one affine map with a ReLU turns such an integer into a
    feature: of the uniform u on [-1, 1) only the share p above 1 - 2p is left, spread over [0, 1)."""

    def __init__(self, torch, numpy, density, seed):
        self.torch, self.numpy = torch, numpy
        self.generator = numpy.random.Generator(numpy.random.SFC64(seed))
        self.scale, self.shift = 1 / (density * 2.0**32), (1 - 2 * density) / (2 * density)

    def draw(self, out):
        numpy = self.numpy
        bits = self.generator.integers(-(1 << 63), (1 << 63) - 1, (out.numel() + 1) // 2, numpy.int64, endpoint=True)
        integers = self.torch.from_numpy(bits.view(numpy.int32)[: out.numel()])
        out.view(-1).copy_(integers).mul_(self.scale).sub_(self.shift).relu_()


class Team:
    """Processes that train the same instances, each on its share of every batch. Each writes its gradient into memory that all share, waits
    for the others, adds all gradients in one order, and makes the same step as they do. Two slots, used in turn, need one wait a step: who
    writes into a slot again has seen that the others are done with it."""

    def __init__(self, torch, size, count):
        self.count = count
        self.gradients = torch.zeros(2, count, size).share_memory_()
        # A cache line for each counter.
        self.done = torch.zeros(count, 8, dtype=torch.int64).share_memory_().numpy()

    def join(self, number, step, gradient):
        slot = self.gradients[step % 2]
        slot[number].copy_(gradient)
        self.done[number, 0] = step
        for other in range(self.count):
            while self.done[other, 0] < step:
                os.sched_yield()
        gradient.copy_(slot[0])
        for other in range(1, self.count):
            gradient.add_(slot[other])

    def leave(self, number):
        self.done[number, 0] = 1 << 62


class HandWritten:
    """Gradient by hand. With h = x W, o = h W^T + b, d = (ReLU(o) - x) where o > 0: dW = d^T h + x^T (d W), db = sum of d, times 2/batch.
    Parameters, gradients and AdamW's moments lie in one flat tensor each. A group of instances at a time goes through the step, so that
    what it touches may stay in the cache. Subclasses say how samples lie in memory."""

    def __init__(self, torch, numpy, n, m, instances, batch, density, seed, group, team=None, number=0):
        self.torch, self.instances, self.group, self.team, self.number = torch, instances, group, team, number
        self.batch = batch // team.count if team else batch
        size = instances * n * m
        flat = [torch.zeros(size + instances * n) for _ in range(5)]
        self.parameters, self.gradient, self.mean, self.square, self.scratch = flat
        self.weights, self.bias = self.parameters[:size].view(instances, n, m), self.parameters[size:].view(instances, n)
        self.weight_gradient, self.bias_gradient = self.gradient[:size].view(instances, n, m), self.gradient[size:].view(instances, n)
        self.weights.copy_(xavier(torch, instances, n, m, seed))
        self.features = Features(torch, numpy, density, seed + number)
        self.steps = 0
        self.allocate(n, m)

    def step(self):
        for first in range(0, self.instances, self.group):
            part = slice(first, first + self.group)
            self.features.draw(self.x)
            self.add_gradient(self.weights[part], self.bias[part], self.weight_gradient[part], self.bias_gradient[part])
        self.steps += 1
        self.gradient.mul_(2 / self.batch)
        if self.team:
            self.team.join(self.number, self.steps, self.gradient)
            self.gradient.mul_(1 / self.team.count)
        self.optimise()

    def optimise(self):
        torch, gradient = self.torch, self.gradient
        self.mean.lerp_(gradient, 1 - BETA1)
        self.square.mul_(BETA2).addcmul_(gradient, gradient, value=1 - BETA2)
        torch.sqrt(self.square, out=self.scratch)
        self.scratch.mul_(1 / math.sqrt(1 - BETA2**self.steps)).add_(EPSILON)
        self.parameters.mul_(1 - LEARNING_RATE * WEIGHT_DECAY)
        self.parameters.addcdiv_(self.mean, self.scratch, value=-LEARNING_RATE / (1 - BETA1**self.steps))

    def error(self):
        """Leaves d of the outputs o; takes the loss where it is recorded."""
        torch = self.torch
        if (self.steps + 1) % RECORD_EVERY == 0:
            self.o.relu().sub_(self.x).square_().sum().item()
        torch.sub(self.o, self.x, out=self.d)
        torch.ops.aten.threshold_backward.grad_input(self.d, self.o, 0, grad_input=self.d)


class RowMajor(HandWritten):
    """x is [instance, row, feature]."""

    def allocate(self, n, m):
        empty = self.torch.empty
        self.x, self.o, self.d = (empty(self.group, self.batch, n) for _ in range(3))
        self.h, self.dh = (empty(self.group, self.batch, m) for _ in range(2))

    def add_gradient(self, weights, bias, weight_gradient, bias_gradient):
        torch = self.torch
        torch.bmm(self.x, weights, out=self.h)
        torch.baddbmm(bias.unsqueeze(1), self.h, weights.transpose(1, 2), out=self.o)
        self.error()
        torch.sum(self.d, 1, out=bias_gradient)
        torch.bmm(self.d, weights, out=self.dh)
        torch.bmm(self.d.transpose(1, 2), self.h, out=weight_gradient)
        weight_gradient.baddbmm_(self.x.transpose(1, 2), self.dh)


class FeatureMajor(HandWritten):
    """x is [instance, feature, row]."""

    def allocate(self, n, m):
        empty = self.torch.empty
        self.x, self.o, self.d = (empty(self.group, n, self.batch) for _ in range(3))
        self.h, self.dh = (empty(self.group, m, self.batch) for _ in range(2))

    def add_gradient(self, weights, bias, weight_gradient, bias_gradient):
        torch = self.torch
        torch.bmm(weights.transpose(1, 2), self.x, out=self.h)
        torch.baddbmm(bias.unsqueeze(2), weights, self.h, out=self.o)
        self.error()
        torch.sum(self.d, 2, out=bias_gradient)
        torch.bmm(weights.transpose(1, 2), self.d, out=self.dh)
        torch.bmm(self.d, self.h.transpose(1, 2), out=weight_gradient)
        weight_gradient.baddbmm_(self.x, self.dh.transpose(1, 2))


class Elementwise(HandWritten):
    """x is [feature, instance, row] and no product of matrices is called: for shapes so small that calls are what costs."""

    def allocate(self, n, m):
        empty = self.torch.empty
        self.x, self.o, self.d = (empty(n, self.group, self.batch) for _ in range(3))
        self.h, self.dh = (empty(m, self.group, self.batch) for _ in range(2))
        self.product = empty(self.group, self.batch)

    def add_gradient(self, weights, bias, weight_gradient, bias_gradient):
        torch, (_, n, m) = self.torch, weights.shape
        for k in range(m):
            self.combine(self.x, weights[:, :, k], self.h[k])
        for j in range(n):
            self.o[j].copy_(bias[:, j].unsqueeze(1).expand_as(self.o[j]))
            for k in range(m):
                self.o[j].addcmul_(self.h[k], weights[:, j, k].unsqueeze(1))
        self.error()
        bias_gradient.copy_(self.d.sum(2).t())
        for k in range(m):
            self.combine(self.d, weights[:, :, k], self.dh[k])
            for j in range(n):
                torch.mul(self.d[j], self.h[k], out=self.product).addcmul_(self.x[j], self.dh[k])
                torch.sum(self.product, 1, out=weight_gradient[:, j, k])

    def combine(self, rows, weights, out):
        """out = sum over features j of rows[j] times weights[:, j]."""
        self.torch.mul(rows[0], weights[:, 0].unsqueeze(1), out=out)
        for j in range(1, len(rows)):
            out.addcmul_(rows[j], weights[:, j].unsqueeze(1))


LAYOUTS = {"row-major": RowMajor, "feature-major": FeatureMajor, "elementwise": Elementwise}


def variants(n, m, instances, batch, threads):
    """Layout, instances a group, what the processes share out among them, processes, threads of each: what is tried before the best is timed."""
    ways = {("instances", 1, 1), ("instances", 1, threads)}
    if threads > 1:
        ways.add(("instances" if instances % threads == 0 else "rows", threads, 1))
    for shared, processes, each in sorted(ways):
        share = instances // processes if shared == "instances" else instances
        fit = max(1, min(share, (1 << 18) // (3 * batch * n)))
        for layout in LAYOUTS:
            if layout == "elementwise" and n * m > 10:
                continue
            # A group divides its share evenly: buffers have one size.
            for group in {share, max(g for g in range(1, fit + 1) if share % g == 0)}:
                yield layout, group, shared, processes, each


def blas():
    with open("/proc/self/maps", encoding="utf-8") as maps:
        files = {os.path.realpath(line.split()[-1]) for line in maps if "blas" in line and "/" in line}
    return sorted(files)


def blas_kernels():
    """What OpenBLAS calls the kernels that it uses; None of another BLAS."""
    for file in blas():
        name = getattr(ctypes.CDLL(file), "openblas_get_corename", None)
        if name:
            name.restype = ctypes.c_char_p
            return name().decode()
    return None


def choose_blas_kernels():
    """OpenBLAS knows the processors of its time. Where it takes a newer one for one without AVX2, this program begins anew with the kernels that
    fit. Whoever sets OPENBLAS_CORETYPE has chosen."""
    import torch  # noqa: F401  loads the BLAS

    if "OPENBLAS_CORETYPE" in os.environ or blas_kernels() in {None, "Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids"}:
        return
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        flags = next((set(line.split()) for line in cpuinfo if line.startswith("flags")), set())
    for needed, kernels in (({"avx512f", "avx512bw", "avx512dq", "avx512vl"}, "SkylakeX"), ({"avx2", "fma"}, "Haswell")):
        if needed <= flags:
            sys.stdout.flush()
            os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "OPENBLAS_CORETYPE": kernels})


class Load:
    """The share of the machine's cores that others kept busy, from /proc/stat and this process's own time."""

    def __init__(self):
        self.busy, self.start = self.busy_seconds(), time.perf_counter()

    @staticmethod
    def busy_seconds():
        with open("/proc/stat", encoding="utf-8") as stat:
            user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
        return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")

    def foreign(self, own):
        elapsed = time.perf_counter() - self.start
        return max(0.0, (self.busy_seconds() - self.busy - own) / (elapsed * os.cpu_count()))


def time_steps(model, seconds):
    """Runs steps until time is up; returns how many a second."""
    done, start = 0, time.perf_counter()
    while True:
        model.step()
        done += 1
        elapsed = time.perf_counter() - start
        if elapsed >= seconds:
            return done / elapsed


def worker(make, weight, threads, seconds, barrier, results):
    """One of the processes of a run; its result is its speed times its share of the work."""
    import torch

    torch.set_num_threads(threads)
    try:
        with torch.no_grad():
            model = make()
            for _ in range(WARM_UP):
                model.step()
            barrier.wait()
            results.put(time_steps(model, seconds) * weight)
            if model.team:
                model.team.leave(model.number)
    except Exception as exception:
        barrier.abort()
        results.put(exception)
        raise


def run_hand_written(arguments, variant, seconds):
    """Steps a second of the whole set of instances."""
    # Imported once, for all processes that are forked here. Nothing is computed before: OpenMP's threads do not outlive a fork.
    import numpy
    import torch

    n, m, instances, batch = CONFIGURATIONS[arguments.config]
    layout, group, shared, processes, threads = variant
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(processes), context.Queue()
    team = Team(torch, instances * n * (m + 1), processes) if shared == "rows" else None

    def start(number):
        def make():
            share = instances if team else instances // processes
            return LAYOUTS[layout](torch, numpy, n, m, share, batch, arguments.density, arguments.seed, group, team, number)

        process = context.Process(target=worker, args=(make, 1 / processes, threads, seconds, barrier, results))
        process.start()
        return process

    workers = [start(number) for number in range(processes)]
    rates = [results.get() for _ in workers]
    for process in workers:
        process.join()
    for rate in rates:
        if isinstance(rate, Exception):
            raise rate
    return sum(rates)


def throughput(arguments):
    import torch

    n, m, instances, batch = CONFIGURATIONS[arguments.config]
    report = {"trainer": f"pytorch-{arguments.style}", "config": arguments.config, "density": arguments.density, "threads": arguments.threads}
    if arguments.style == "notebook":
        torch.set_num_threads(arguments.threads)
        model = Notebook(torch, n, m, instances, batch, arguments.density, arguments.seed)
        time_steps(model, min(0.3, arguments.seconds))
        load, own = Load(), time.process_time()
        rate = time_steps(model, arguments.seconds)
        report["foreign_load"] = round(load.foreign(time.process_time() - own), 4)
    else:
        tried = list(variants(n, m, instances, batch, arguments.threads))
        pilot = min(0.5, arguments.seconds / 5)
        best = max(tried, key=lambda variant: run_hand_written(arguments, variant, pilot)) if len(tried) > 1 else tried[0]
        # Starting processes costs time that the timed part does not hold: what others did is taken over all of it.
        load, children = Load(), sum(os.times()[2:4])
        rate = run_hand_written(arguments, best, arguments.seconds)
        report["foreign_load"] = round(load.foreign(sum(os.times()[2:4]) - children), 4)
        report.update(zip(("layout", "instances_a_group", "shared_out", "processes", "threads_a_process"), best))
    report["steps_per_second"] = rate
    report["samples_per_second"] = rate * batch * instances
    report["gflops"] = 10 * batch * n * m * instances * rate / 1e9
    report["torch"] = torch.__version__
    report["blas"] = blas()
    report["blas_kernels"] = blas_kernels()
    return report


def gradient_error(torch, numpy, layout, n, m, batch):
    """A hand-written layout against autograd in double precision, on the same rows; the largest difference relative to the largest gradient."""
    hand = layout(torch, numpy, n, m, 3, batch, 0.3, 1, 3)
    hand.bias.normal_(0, 0.1)
    with torch.no_grad():
        hand.features.draw(hand.x)
        hand.add_gradient(hand.weights, hand.bias, hand.weight_gradient, hand.bias_gradient)
    auto = Notebook(torch, n, m, 3, batch, 0.3, 1)
    auto.weights, auto.bias = (torch.nn.Parameter(ours.double()) for ours in (hand.weights, hand.bias))
    order = {RowMajor: (1, 0, 2), FeatureMajor: (2, 0, 1), Elementwise: (2, 1, 0)}[layout]
    auto.losses(hand.x.double().permute(*order)).sum().backward()
    pairs = (hand.weight_gradient, auto.weights.grad), (hand.bias_gradient, auto.bias.grad)
    return max(float((ours * 2 / hand.batch - theirs).abs().max() / theirs.abs().max()) for ours, theirs in pairs)


def check(arguments):
    """Trains, notebook style, and tells the losses on fresh rows: to be held against those of another trainer."""
    import numpy
    import torch

    torch.set_num_threads(arguments.threads)
    # Products of the second shape are large enough for the kernels of the BLAS.
    tried = [(layout, 5, 2, 64) for layout in LAYOUTS.values()] + [(layout, 100, 20, 1024) for layout in (RowMajor, FeatureMajor)]
    worst = max(gradient_error(torch, numpy, *shape) for shape in tried)
    if worst > 1e-5:
        sys.exit(f"the hand-written gradient differs from autograd by {worst:.1e} of the largest; at most 1e-5 is rounding")
    model = Notebook(torch, arguments.features, arguments.hidden, arguments.instances, arguments.batch, arguments.density, arguments.seed)
    for _ in range(arguments.steps):
        model.step()
    with torch.no_grad():
        losses = sum(model.losses(model.draw(4096)) for _ in range(16)).div(16).tolist()
    return {
        "trainer": "pytorch-notebook",
        "features": arguments.features,
        "hidden": arguments.hidden,
        "instances": arguments.instances,
        "batch": arguments.batch,
        "density": arguments.density,
        "steps": arguments.steps,
        "gradient_error": worst,
        "mean": statistics.fmean(losses),
        "standard_error": statistics.stdev(losses) / math.sqrt(len(losses)),
        "losses": losses,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", choices=CONFIGURATIONS, default="A")
    parser.add_argument("--style", choices=("best", "notebook"), default="best")
    parser.add_argument("--density", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="train and tell the final losses, in place of the speed")
    parser.add_argument("--features", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=2)
    parser.add_argument("--instances", type=int, default=40)
    parser.add_argument("--batch", type=int, default=1024)
    parser.add_argument("--steps", type=int, default=10_000)
    arguments = parser.parse_args()
    if not 0 < arguments.density <= 1:
        parser.error(f"--density is {arguments.density}; it lies in (0, 1]")
    for name in ("threads", "seconds", "features", "hidden", "instances", "batch", "steps"):
        if getattr(arguments, name) <= 0:
            parser.error(f"--{name} is {getattr(arguments, name)}; it is positive")
    choose_blas_kernels()
    print(json.dumps(check(arguments) if arguments.check else throughput(arguments)))


if __name__ == "__main__":
    main()
