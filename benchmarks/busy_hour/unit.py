"""One busy hour in numbers, and whether a stage of so many of them was held. Plain values."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.figures import percentile

# One busy hour. Who is kept by the assistant says four lines and hears four answers; who is not says one to the
# assistant, asks for a person and talks with her until there are 24 messages.
STARTED_PER_S = 4.0
KEPT = 2 / 3
KEPT_LINES = 4
KEPT_S = 120.0
TALKED_LINES = 22
TALKED_S = 660.0
AGENTS = 1_200
TALKS = round(STARTED_PER_S * (1 - KEPT) * TALKED_S)
KEPT_TALKS = round(STARTED_PER_S * KEPT * KEPT_S)
# What an agent does with an offer: seconds until she answers (median; lognormal), the share that she declines.
REACTION_S = 3.0
REACTION_SIGMA = 0.4
DECLINES = 0.06
# Who asks in which language, and what agents speak beside it.
LANGUAGES = {"en": 0.44, "de": 0.20, "es": 0.14, "fr": 0.10, "sv": 0.07, "fi": 0.05}

OFFER_P99_MS = 250.0
MESSAGE_P99_MS = 250.0
ENOUGH = 2_000  # for a 99th percentile
GROWTH = 0.05
GROWTH_SHARE = 0.6  # of the time held: the last 3 minutes of 5
DISTURBED = 0.20  # of the machine's CPU


@dataclass(frozen=True, slots=True)
class Stage:
    """What was seen while `hours` busy hours were held. Times in milliseconds, `rounds` those parts of the offers' that
    were over as their round began; `memory` in MB, sampled evenly;
    `others` is the share of the machine's CPU that nobody of ours had."""

    hours: float
    seconds: float
    messages: Sequence[float]
    offers: Sequence[float]
    rounds: Sequence[float]
    answers: Sequence[float]
    lost: int
    faults: Sequence[str]
    memory: Sequence[float]
    others: float
    cores: str

    @property
    def growth(self) -> float:
        """How much more memory the product takes at the end than when the last part of the stage began."""
        last = self.memory[int(len(self.memory) * (1 - GROWTH_SHARE)) :]
        tenth = max(1, len(last) // 10)
        return statistics.mean(last[-tenth:]) / statistics.mean(last[:tenth]) - 1 if last else 0.0

    @property
    def failures(self) -> list[str]:
        """Why this stage was not held; nothing where it was."""
        found = []
        bounds = (("message", self.messages, MESSAGE_P99_MS), ("offer", self.offers, OFFER_P99_MS))
        for name, times, most in bounds:
            share, latest = tail(times)
            if latest > most:
                found.append(f"{name} p{100 * share:.0f} {latest:.0f} ms")
        if self.lost or self.faults:
            found.append(f"{self.lost} lost, {len(self.faults)} faults{self._first_fault}")
        if self.growth > GROWTH:
            found.append(f"memory grew by {self.growth:.1%}")
        return found

    @property
    def _first_fault(self) -> str:
        return f" ({self.faults[0]})" if self.faults else ""

    @property
    def is_disturbed(self) -> bool:
        return self.others > DISTURBED

    def __str__(self) -> str:
        times = {
            "messages": self.messages,
            "offers": self.offers,
            "rounds begun": self.rounds,
            "assistant's answers": self.answers,
        }
        told = [f"{len(those)} {name} {_tail(those)}" for name, those in times.items()]
        return (
            f"{self.hours:g} busy hours, {self.seconds:.0f} s: {'; '.join(self.failures) or 'held'}."
            f" {', '.join(told)}; {self.lost} lost; memory {self.growth:+.1%};"
            f" others took {self.others:.0%} of the machine. {self.cores}"
        )


def tail(values: Sequence[float]) -> tuple[float, float]:
    """(share, the value it does not exceed): the 99th percentile, the 95th of fewer than 2,000; endless without any."""
    share = 0.99 if len(values) >= ENOUGH else 0.95
    return share, percentile(values, share) if values else float("inf")


def _tail(values: Sequence[float]) -> str:
    """Median and tail, in milliseconds."""
    share, latest = tail(values)
    return f"p50 {percentile(values, 0.5):.0f} p{100 * share:.0f} {latest:.0f} ms" if values else "none"
