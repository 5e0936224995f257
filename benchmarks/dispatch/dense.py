"""Usage: python -m benchmarks.dispatch.dense SEED WAITING AGENTS. The best total there is, and the seconds it took.

A process of its own: scipy's solvers and OR-tools are not loaded together.
"""

import sys
import time

from scipy.optimize import linear_sum_assignment

from benchmarks.dispatch.planning import groups_of, table_of

if __name__ == "__main__":
    table, _ = table_of(groups_of(*map(int, sys.argv[1:4])))
    began = time.perf_counter()
    rows, columns = linear_sum_assignment(table, maximize=True)
    print(table[rows, columns].sum(), time.perf_counter() - began)
