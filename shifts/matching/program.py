"""A mixed-integer program as it grows: columns with prices and bounds, rows with limits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]


@dataclass
class Program:
    """Maximise the worth of the columns within the rows."""

    worth: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    _at_row: list[int] = field(default_factory=list)
    _at_column: list[int] = field(default_factory=list)
    _factor: list[float] = field(default_factory=list)

    def column(self, worth: float, low: float = 0.0, high: float = 1.0, *, whole: bool = False) -> int:
        """A new column; its number."""
        self.worth.append(worth)
        self.low.append(low)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.worth) - 1

    def row(self, factors: Mapping[int, float], low: float = -np.inf, high: float = np.inf) -> int:
        """low <= sum of factor x column <= high; its number."""
        self._at_row.extend([len(self.row_low)] * len(factors))
        self._at_column.extend(factors)
        self._factor.extend(factors.values())
        self.row_low.append(low)
        self.row_high.append(high)
        return len(self.row_low) - 1

    def at_most(self, columns: Iterable[int], high: float) -> int:
        """The plain sum of these columns is at most `high`."""
        return self.row(dict.fromkeys(columns, 1.0), high=high)

    def matrix(self) -> csr_array:
        """The factors of all rows."""
        shape = (len(self.row_low), len(self.worth))
        return csr_array((self._factor, (self._at_row, self._at_column)), shape=shape)
