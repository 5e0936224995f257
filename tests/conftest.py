"""What every test stands on: a real PostgreSQL and Valkey, started here unless the environment names some."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest
import redis
from django.conf import settings
from pytest_django import DjangoDbBlocker

from marketplace.local.services import Urls
from tests import browsers, databases

pytest_plugins = ["tests.people"]


@pytest.fixture(scope="session")
def services_urls() -> Iterator[Urls]:
    """The servers of this session, with the migrated template in them: those of the environment, or our own."""
    if "DATABASE_URL" in os.environ:
        urls = Urls(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"], os.environ["REDIS_URL"])
        databases.build_template(urls)
        yield urls
        return
    with databases.migrated_servers() as urls:
        yield urls


@pytest.fixture(scope="session")
def valkey(services_urls: Urls) -> str:
    """The address of the session's Valkey, known to Django and to Celery. Not emptied between tests."""
    from marketplace import environment
    from marketplace.celery import app

    settings.REDIS_URL = services_urls.redis
    app.conf.update(broker_url=environment.broker(services_urls.redis))
    return services_urls.redis


@pytest.fixture
def empty_valkey(valkey: str) -> str:
    """The session's Valkey with nothing in it."""
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    return valkey


@pytest.fixture(scope="session")
def django_db_setup(services_urls: Urls, valkey: str) -> Iterator[None]:
    """`default` leads, as the role that runs, to a copy of the template; `owner`, as the owner, to the same."""
    with databases.copy(services_urls) as urls, databases.pointing_at(urls):
        yield


@pytest.fixture
def fresh_database(services_urls: Urls, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Urls]:
    """A copy of the template for this test alone, committed to by as many threads and processes as it likes.

    Threads close their own connections; whatever is left open is cut when the database is dropped.
    """
    with (
        django_db_blocker.unblock(),
        databases.copy(services_urls) as urls,
        databases.pointing_at(urls),
    ):
        yield urls


@pytest.fixture
def db(request: pytest.FixtureRequest) -> None:
    """The database: `fresh_database` where the test asks for that as well, else a transaction that is rolled back."""
    fresh = "fresh_database" in request.fixturenames
    request.getfixturevalue("fresh_database" if fresh else "_django_db_helper")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium that can be driven; tests that need one are not run where there is none."""
    try:
        return browsers.find()
    except browsers.NoBrowser as missing:
        pytest.skip(str(missing))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On the build machine (CI=true) nothing may be skipped: what was not run has failed."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"not run, and CI=true allows no skipping: {report.longrepr}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was not run, once, with the line that would let it run."""
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", [])}
    for reason in sorted(reasons):
        terminalreporter.write_line(f"not run: {reason}", yellow=True)
