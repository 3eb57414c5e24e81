"""What every test may ask for: an installation of its own with an empty database, and the real services next to it.

`installation` gives this process settings of its own and a freshly migrated database. A test that uses it, directly or
not, runs on both databases when it is about the database (it lies in tests/storage, or is marked `both_databases`), and
else on SQLite. `--database both` runs each on both, save what is marked `one_database`. `broker` and `objects` start a
real Valkey and a real Swift, once for all tests; without them nothing listens at those addresses.
"""

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from hypothesis import HealthCheck, settings
from sqlalchemy.orm import Session
from support import cast, compiled_routes, compiled_templates, engines, quick_passwords, rate_limits, reruns, services
from support.settings_cache import clear

from storage.base import config, database, jobs, migrate, objects

DATABASES = ("sqlite", "postgresql")
LONGEST = ("test_slices_page", "test_exam_page", "test_recording_page", "test_desk_run")
LONGEST += ("test_pages", "test_access", "test_road_to_the_exam", "test_clip_check", "test_cli", "test_demo")
"""Modules that take a minute or more begin first, so that none of them runs on alone at the end."""
ALONE = ("test_whole_exam", "test_slow_senders")
"""Modules in real time that measure what a browser or a visitor gets, which a browser beside them would change."""

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=(*DATABASES, "both", "chosen"), default="chosen", help="the databases to test on"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Rules are tested by what they say, not by how fast a busy machine says it.
    settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("unhurried")
    config.addinivalue_line("markers", "one_database: what is tested does not depend on the database; one is enough")
    config.addinivalue_line("markers", "both_databases: what is tested depends on the database, as on its locks")
    config.addinivalue_line("markers", "real_time: plays, films or kills while the clock runs")
    config.addinivalue_line("markers", "alone: in real time, with nothing beside it; set by the list ALONE")
    config.addinivalue_line("markers", "proof: long; `make proof` runs it, `make test` does not (tests/README.md)")
    compiled_templates.keep()
    compiled_routes.keep()
    engines.keep()
    quick_passwords.keep()
    rate_limits.without_threads()
    config.pluginmanager.register(reruns.Told())


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Those in real time alone are asked for: what does not speak of that is not even read."""
    if config.getoption("markexpr").startswith("real_time") and collection_path.name.startswith("test_"):
        return "real_time" not in collection_path.read_text() or None
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_url" in metafunc.fixturenames:
        metafunc.parametrize("database_url", _databases(metafunc.definition, metafunc.config), indirect=True)


def _databases(test: pytest.Item, config: pytest.Config) -> tuple[str, ...]:
    option = config.getoption("database")
    if option in DATABASES:
        return (option,)
    about_it = test.get_closest_marker("both_databases") or "storage" in test.nodeid.split("/")
    if test.get_closest_marker("one_database") or not (option == "both" or about_it):
        return DATABASES[:1]
    return DATABASES


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs in real time is tried once more before it fails; the summary names every second try.

    A shared machine may stand still for a second, and a camera with it. The longest modules come first, and then those
    with a browser: side by side, a process takes a module at a time.
    """
    for item in items:
        if item.get_closest_marker("real_time"):
            item.add_marker(pytest.mark.flaky(reruns=1))
            if item.path.stem in ALONE:
                item.add_marker(pytest.mark.alone)
    browsed = {item.path for item in items if {"desks", "chromium"} & set(item.fixturenames)}
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (place.get(item.path.stem, len(place)), item.path not in browsed))


# The services, started by the first test that asks and ended after the last.


@pytest.fixture(scope="session")
def swift(tmp_path_factory) -> Iterator[str]:
    """The address of a Swift."""
    with services.swift(tmp_path_factory.mktemp("swift")) as address:
        yield address


@pytest.fixture(scope="session")
def rclone(tmp_path_factory) -> Iterator[str]:
    """The address of an S3 that is not Swift."""
    with services.rclone(tmp_path_factory.mktemp("rclone")) as address:
        yield address


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory) -> Iterator[str]:
    """The address of a SeaweedFS."""
    with services.seaweedfs(tmp_path_factory.mktemp("seaweedfs")) as address:
        yield address


@pytest.fixture(scope="session")
def ceph() -> Iterator[str]:
    """The address of a Ceph's gateway."""
    with services.ceph() as address:
        yield address


@pytest.fixture(scope="session")
def valkey(tmp_path_factory) -> Iterator[str]:
    """The address of a Valkey."""
    with services.valkey(tmp_path_factory.mktemp("valkey")) as address:
        yield address


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL that holds `migrated`, a database to copy."""
    with services.postgresql() as address:
        with psycopg.connect(f"{address}/postgres", autocommit=True) as admin:
            admin.execute("CREATE DATABASE migrated")
        migrate.upgrade(f"{_sqlalchemy(address)}/migrated")
        yield address


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory) -> Path:
    """A migrated database to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    migrate.upgrade(f"sqlite:///{path}")
    return path


# What one test gets.


@pytest.fixture
def empty_database_url(request, tmp_path) -> Iterator[str]:
    """A database of this test's own in which nothing is, not even a table. Parametrise it with "sqlite" or so."""
    yield from _database_url(request, tmp_path, migrated=False)


@pytest.fixture
def database_url(request, tmp_path) -> Iterator[str]:
    """A freshly migrated database of this test's own."""
    yield from _database_url(request, tmp_path, migrated=True)


def _database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated: bool) -> Iterator[str]:
    if request.param == "sqlite":
        path = tmp_path / "vignet.sqlite"
        if migrated:
            shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        yield f"sqlite:///{path}"
        return
    server, name = request.getfixturevalue("postgresql"), f"test_{next(_numbers)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        # Its files are copied: five times as fast as PostgreSQL's own way, page by page through the log.
        strategy = "STRATEGY file_copy" if admin.info.server_version >= 150000 else ""
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {'migrated' if migrated else 'template1'} {strategy}")
        yield f"{_sqlalchemy(server)}/{name}"
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environment(monkeypatch) -> Iterator[Callable[..., config.Config]]:
    """`environment(VIGNET_X="…")` sets variables for this test and answers the settings that follow from them."""

    def change(**variables: str) -> config.Config:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        clear()
        jobs.celery.conf.broker_url = config.config().broker_url
        return config.config()

    yield change
    clear()


@pytest.fixture
def installation(environment, database_url, tmp_path) -> config.Config:
    """The settings of an installation of this test's own: an empty migrated database, folders, and no service at all.

    Processes that the test starts inherit them.
    """
    nothing = services.free_ports(8)
    return environment(
        VIGNET_ENV="development",
        VIGNET_PORT=str(nothing),
        VIGNET_DATA=str(tmp_path / "data"),
        VIGNET_DATABASE_URL=database_url,
        VIGNET_RATE_LIMIT_STORAGE="memory://",
    )


@pytest.fixture
def broker(installation, environment, valkey) -> str:
    """An empty Valkey, used by this test's installation."""
    with redis.Redis.from_url(valkey) as client:
        client.flushall()
    environment(VIGNET_BROKER_URL=valkey)
    return valkey


@pytest.fixture
def object_store(installation, environment, swift) -> objects.ObjectStore:
    """A bucket of this test's own in a real Swift, used by this test's installation."""
    settings = environment(
        VIGNET_S3_ENDPOINT=swift,
        VIGNET_S3_BUCKET=f"test-{next(_numbers)}",
        VIGNET_S3_ACCESS_KEY=services.ACCESS_KEY,
        VIGNET_S3_SECRET_KEY=services.SECRET_KEY,
    )
    store = objects.object_store()
    store.prepare()
    assert store.bucket == settings.s3_bucket
    return store


@pytest.fixture
def session(installation) -> Iterator[Session]:
    """A session on this test's database. With SQLite it keeps other writers out until it is committed."""
    with database.new_session() as session:
        yield session


@pytest.fixture
def people(session) -> cast.Cast:
    """Everybody who takes part, and outsiders who must see nothing of it; committed."""
    everybody = cast.gather(session)
    session.commit()
    return everybody


def _sqlalchemy(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://")
