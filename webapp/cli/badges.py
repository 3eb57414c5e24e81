"""Commands about the keys that sign badges: a new one beside the old, and what to do when one was stolen."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy import select

from storage.base.database import session_scope
from storage.certificates import issuing, signing_keys
from storage.certificates.signing_keys import SigningKey

badge_keys = AppGroup("badge-keys", help="The keys that sign badges and status lists.")


@badge_keys.command("show")
def show() -> None:
    """Name every key, the newest first, and whether it is still told."""
    with session_scope(writes=False) as session:
        for one in session.scalars(select(SigningKey).order_by(SigningKey.created_at.desc())):
            told = f"revoked {one.revoked_at:%Y-%m-%d}" if one.revoked_at else "told"
            click.echo(f"{one.name} {one.created_at:%Y-%m-%d} {told}")


@badge_keys.command("rotate")
def rotate() -> None:
    """Sign with a new key from now on. What was signed before stays good."""
    with session_scope() as session:
        click.echo(signing_keys.rotate(session, None, datetime.now(UTC)).name)


@badge_keys.command("revoke")
@click.argument("name")
@click.confirmation_option(
    prompt="Every badge that was signed with this key becomes worthless, and is signed anew. Go on?"
)
def revoke(name: str) -> None:
    """The key NAME was stolen: nobody may trust it any more."""
    now = datetime.now(UTC)
    with session_scope() as session:
        found = session.scalars(
            select(SigningKey).where(SigningKey.name == name, SigningKey.revoked_at.is_(None))
        ).first()
        if found is None:
            raise click.ClickException("There is no such key, or it was revoked already.")
        found.revoke(None, now)
        session.flush()
        fresh, renewed = signing_keys.current_key(session, now), issuing.renew_badges(session, now)
        click.echo(f"Revoked. Signing goes on with {fresh.name}; {renewed} badges were signed anew.")
