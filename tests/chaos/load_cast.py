"""Who plays in one seed: brands, agents with their log-ins, customers with their tokens, made in the database.

Run as a process of its own with the product's environment; prints the cast as one JSON object. Everything after it
goes through public doors.
"""

import argparse
import json
import os
import sys
from uuid import UUID

import django


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brands", type=int, default=2)
    parser.add_argument("--agents", type=int, default=24)
    parser.add_argument("--customers", type=int, default=48)
    asked = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    print(json.dumps(_people(asked.brands, asked.agents // asked.brands, asked.customers // asked.brands)))


def _people(brands: int, agents: int, customers: int) -> dict[str, object]:
    """Each brand has its own agents and customers; one operator may act on all of them."""
    from agents.models import Agent, User
    from brands.models import Brand
    from conversations import customers as guests
    from marketplace import clock
    from marketplace.replay import cast

    now = clock.now()
    made = []
    for _ in range(brands):
        hired = cast.hire(agents, now=now)
        brand = Brand.objects.get(pk=hired.brand_id)
        users = dict(Agent.objects.filter(pk__in=[player.id for player in hired.players]).values_list("pk", "user_id"))
        guest = [guests.anonymous(brand, language="en", now=now) for _ in range(customers)]
        made.append(
            {
                "brand_id": hired.brand_id,
                "agents": [
                    {"id": player.id, "session_key": player.session_key, "user_id": str(users[UUID(player.id)])}
                    for player in hired.players
                ],
                "customers": [{"id": str(customer.pk), "token": token} for customer, token in guest],
            }
        )
    tag = made[0]["brand_id"][:8]
    operator = User.objects.create_superuser(f"operator-{tag}@beckon.example")
    return {"brands": made, "operator": {"id": str(operator.pk), "session_key": cast.log_in(operator)}}


if __name__ == "__main__":
    main(sys.argv[1:])
