"""Who is connected, by the database's clock: a socket counts while the lease of its server lives."""

from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from marketplace.local.services import Urls
from realtime import leases
from realtime.models import Connection, ServerLease

DANA, OLU = "agent:dana", "agent:olu"


@pytest.fixture
def server(db: None) -> UUID:
    """A server process with a lease of a minute."""
    server = uuid4()
    leases.take(server, seconds=60)
    return server


def age(server: UUID, seconds: float) -> None:
    """So much time passes for this server's lease."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update realtime_serverlease set expires_at = expires_at - make_interval(secs => %s) where id = %s",
            [seconds, server],
        )


def test_a_person_is_connected_while_a_live_server_holds_a_socket_of_hers(server: UUID) -> None:
    socket = uuid4()
    leases.record(server, opened=[(socket, DANA)], closed=[])
    assert leases.connected([DANA, OLU]) == {DANA}

    leases.record(server, opened=[], closed=[socket])
    assert leases.connected([DANA, OLU]) == set()


def test_a_second_tab_keeps_a_person_connected(server: UUID) -> None:
    first, second = uuid4(), uuid4()
    leases.record(server, opened=[(first, DANA), (second, DANA)], closed=[])

    leases.record(server, opened=[], closed=[first])

    assert leases.connected([DANA]) == {DANA}


def test_people_are_gone_when_the_lease_ends_before_anything_is_cleared_away(server: UUID) -> None:
    leases.record(server, opened=[(uuid4(), DANA)], closed=[])

    age(server, 61)

    assert leases.connected([DANA]) == set()
    assert Connection.objects.count() == 1


def test_a_lease_is_renewed_in_time_and_never_afterwards(server: UUID) -> None:
    age(server, 59)
    assert leases.renew(server, seconds=60)

    age(server, 61)
    assert not leases.renew(server, seconds=60)
    assert leases.connected([DANA]) == set()


def test_the_condition_for_joins_says_the_same(server: UUID) -> None:
    leases.record(server, opened=[(uuid4(), DANA)], closed=[])

    with connection.cursor() as cursor:
        cursor.execute(f"select who from unnest(%s::text[]) people (who) where {leases.live_sql('who')}", [[DANA, OLU]])
        assert cursor.fetchall() == [(DANA,)]


def test_a_dead_server_is_cleared_away_with_its_sockets_and_a_live_one_is_not(server: UUID) -> None:
    dead = uuid4()
    leases.take(dead, seconds=60)
    leases.record(dead, opened=[(uuid4(), OLU)], closed=[])
    leases.record(server, opened=[(uuid4(), DANA)], closed=[])
    age(dead, 60 + settings.BECKON_WAITS["dead_server_kept_seconds"] + 1)

    assert leases.reap() == 1

    assert list(ServerLease.objects.values_list("pk", flat=True)) == [server]
    assert list(Connection.objects.values_list("principal", flat=True)) == [DANA]


def test_a_server_that_leaves_takes_its_sockets_with_it(server: UUID) -> None:
    leases.record(server, opened=[(uuid4(), DANA)], closed=[])

    leases.give_up(server)

    assert not ServerLease.objects.exists()
    assert not Connection.objects.exists()


def test_a_server_whose_lease_was_cleared_away_cannot_record_sockets(fresh_database: Urls) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        leases.record(uuid4(), opened=[(uuid4(), DANA)], closed=[])

    assert not Connection.objects.exists()
