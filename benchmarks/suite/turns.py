"""Taking turns on one core: Burin, a peer, Burin, the next peer, …; what they compute compared before they are timed."""

import ctypes
import os
import select
import signal
import statistics
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

PR_SET_PDEATHSIG = 1  #: <sys/prctl.h>
PATIENCE = 300  #: Seconds that a peer may take to prepare a work.


def alone_on(core):
    """Makes this process run on one core, where that is allowed before other programs there, and end with the suite."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.sched_setaffinity(0, {core})
    os.setsid()  # Linux shares a core among sessions, whatever their processes' priority.
    try:
        os.setpriority(os.PRIO_PROCESS, 0, -20)
        Path("/proc/self/autogroup").write_text("-20", encoding="ascii")
    except OSError:
        pass


class Peer:
    """A program that speaks the protocol of benchmarks/peers/peer.hpp. It is stopped while others have their turn."""

    def __init__(self, name, command, environment, core):
        self.name = name
        self.process = subprocess.Popen([str(word) for word in command], env=environment, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        preexec_fn=lambda: alone_on(core))
        self.about = self.ask("about")

    def ask(self, line):
        """The answer; raises an OSError where the peer has ended or does not answer."""
        process = self.process
        process.send_signal(signal.SIGCONT)
        process.stdin.write(line + "\n")
        process.stdin.flush()
        if not select.select([process.stdout], [], [], PATIENCE)[0]:
            self.end()
            raise OSError("it does not answer")
        answer = process.stdout.readline()
        if not answer:
            raise OSError("it ended")
        process.send_signal(signal.SIGSTOP)
        return answer.strip()

    def figures(self):
        return [float(word) for word in self.ask("outputs").split()]

    def nanoseconds(self, seconds):
        return float(self.ask(f"time {seconds}"))

    def end(self):
        self.process.kill()
        self.process.wait()


@dataclass
class Result:
    """One peer's figures for one work: medians over the rounds."""

    peer: str
    settings: str = ""
    nanoseconds: float = 0
    ratio: float = 0  #: its time over Burin's beside it
    refused: str = ""  #: why it was not timed


@dataclass
class Row:
    work: object
    peak: float = 0  #: multiply-adds in registers, operations a second
    share: float = 0  #: of the peak beside it, that Burin reached
    bound: float = 0  #: the share of what bounds it: that peak, or moving the operands without computing anything
    results: list = field(default_factory=list)  #: Burin's first


def tolerance(work):
    """Of a figure, as a share of its size and of the results' mean size: sums in another order differ by rounding."""
    if work.name == "training_step" or work.name.endswith("_train"):
        return 1e-3
    if work.precision == "int8":  # Each program finds its own scales.
        return 0.2
    return 1e-10 if work.precision == "double" else 1e-4


def differs(work, figures, reference):
    """None, or the first figure that is another."""
    if len(figures) != len(reference):
        return f"{len(figures)} figures, not {len(reference)}"
    scale = reference[1]
    for mine, other in zip(figures, reference):
        if not abs(mine - other) <= tolerance(work) * (scale + abs(other)):
            return f"computes {mine:.9g}, not {other:.9g}"
    return None


def prepare(peer, work, reference):
    """A Result that is timed unless it is refused."""
    try:
        answer = peer.ask(f"prepare {work.request}")
        if answer.startswith("ready"):
            why = reference and differs(work, peer.figures(), reference)
            return Result(peer.name, answer[6:], refused=why or "")
        return Result(peer.name, refused="unsupported" if answer == "unsupported" else answer)
    except OSError as error:
        return Result(peer.name, refused=f"error: {error}")


def measure(work, burin, peers, rounds, seconds, budget):
    """Rounds of turns of about so many seconds each; fewer rounds, but three, where they take more than the budget."""
    row = Row(work)
    own = prepare(burin, work, None)
    if own.refused:
        raise RuntimeError(f"Burin: {work.request}: {own.refused}")
    reference = burin.figures()
    row.results = [own] + [prepare(peer, work, reference) for peer in peers]
    timed = [(peer, result, [], []) for peer, result in zip(peers, row.results[1:]) if not result.refused]

    def turn():
        return burin.nanoseconds(seconds)

    def turn_of(peer, result):
        try:
            return peer.nanoseconds(seconds)
        except (OSError, ValueError) as error:
            result.refused = f"error: {error}"

    turn()
    for peer, result, *_ in timed:
        turn_of(peer, result)  # The first finds out how often to repeat.
    start, own_times, peaks, shares, bounds = time.monotonic(), [], [], [], []
    for done in range(rounds):
        if done >= 3 and time.monotonic() - start > budget:
            break
        if work.operations:
            taken, peak = map(float, burin.ask(f"beside_peak {work.precision} {2 * seconds}").split())
            own_times.append(taken)
            peaks.append(peak)
            shares.append(1e9 * work.operations / taken / peak)
        if work.traffic:
            moving = float(burin.ask("traffic {} {} {}".format(*work.traffic, seconds))) / own_times[-1]
            bounds.append(max(moving, shares[-1]))
        if not timed:
            own_times.append(turn())
        for peer, result, times, ratios in timed:
            if result.refused:
                continue
            own_times.append(turn())
            if taken := turn_of(peer, result):
                times.append(taken)
                ratios.append(taken / own_times[-1])
    own.nanoseconds, own.ratio = statistics.median(own_times), 1.0
    if peaks:
        row.peak, row.share = statistics.median(peaks), statistics.median(shares)
    row.bound = statistics.median(bounds) if bounds else 0
    for _, result, times, ratios in timed:
        if not result.refused:
            result.nanoseconds, result.ratio = statistics.median(times), statistics.median(ratios)
    return row
