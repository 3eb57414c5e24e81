"""The object store as a command uses it."""

import click

from storage.base.objects import ObjectError, ObjectStore, object_store


def prepared_store() -> ObjectStore:
    """The object store, ready to be used."""
    store = object_store()
    try:
        store.prepare()
    except ObjectError as error:
        raise click.ClickException(
            "De objectopslag geeft geen antwoord. Draait Vignet (make run), en zijn VIGNET_PORT en VIGNET_S3_ENDPOINT "
            "hier dezelfde als daar?"
        ) from error
    return store
