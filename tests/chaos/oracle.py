"""The judge: outside of the product, it reads the record of the load, the final rows by plain SQL, and nothing else.

See contract.py. Each check stands in one of the modules below and answers in sentences; none means that it held.
"""

from tests.chaos import oracle_money, oracle_presence, oracle_ride, oracle_sight, oracle_talk, oracle_truth
from tests.chaos.contract import Happened
from tests.chaos.load_record import Record
from tests.chaos.oracle_truth import Truth

CHECKS = (
    *oracle_talk.CHECKS, *oracle_sight.CHECKS, *oracle_ride.CHECKS, *oracle_money.CHECKS, *oracle_presence.CHECKS,
)  # fmt: skip
SHOWN = 5  # sentences of one check; the rest is counted


async def judge(record: Record, database_url: str, happened: Happened) -> list[str]:
    """See `contract.Judge`."""
    agents = [person.partition(":")[2] for person in record.agents]
    return verdict(record, await oracle_truth.read(database_url, record.brands, agents), happened)


def verdict(record: Record, truth: Truth, happened: Happened) -> list[str]:
    """What broke, in sentences."""
    sentences: list[str] = []
    if not record.acked:
        sentences.append("NOTHING: not one message was acknowledged")
    for check in CHECKS:
        said = list(check(record, truth, happened))
        sentences += said[:SHOWN]
        if len(said) > SHOWN:
            sentences.append(f"… and {len(said) - SHOWN} more of {check.__name__}")
    return sentences
