"""Settings for a test's own: this process reads them anew after the environment changed."""

from storage.base import config, database, jobs, keys, objects


def clear() -> None:
    """Let this process read its settings anew."""
    if database.engine.cache_info().currsize:
        database.engine().dispose()
    for cached in (config.config, database.engine, database._factory, objects.object_store, keys.key_store):
        cached.cache_clear()
    jobs.celery._after_fork()
