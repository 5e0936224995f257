"""The calls of a bank, by five minutes, on 164 weekdays: read as one class by half hours."""

import csv
from datetime import date, datetime

import numpy as np

from benchmarks.real import real
from shifts.forecast.series import History

OPENS_AT_MINUTE = 7 * 60
HALF_HOURS = 29  # the last one holds its first ten minutes only, as the bank closes
HELD_OUT_DAYS = 40


def history() -> History:
    days: dict[date, np.ndarray[tuple[int], np.dtype[np.float64]]] = {}
    with real("bank-calls", "bank_calls.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            at = datetime.fromisoformat(line["DateTime"])
            row = days.setdefault(at.date(), np.zeros(HALF_HOURS))
            row[(at.hour * 60 + at.minute - OPENS_AT_MINUTE) // 30] += int(line["Calls"])
    return History(tuple(sorted(days)), np.array([days[day] for day in sorted(days)]))
