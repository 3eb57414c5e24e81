#!/bin/sh
# As the official image does it: make a cluster when there is none, then run the server as its own user.
set -eu
chown postgres:postgres "$PGDATA" && chmod 700 "$PGDATA"
as() { setpriv --reuid postgres --regid postgres --init-groups -- "$@"; }
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    cp "$POSTGRES_PASSWORD_FILE" /tmp/password && chown postgres /tmp/password
    as initdb --username "$POSTGRES_USER" --pwfile /tmp/password --auth-host scram-sha-256 --encoding UTF8 --locale C.UTF-8 >/dev/null
    rm /tmp/password
    as pg_ctl -w start -o "-c listen_addresses=" >/dev/null
    as createdb --username "$POSTGRES_USER" "$POSTGRES_DB" 2>/dev/null || true
    as pg_ctl -w stop -m fast >/dev/null
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
fi
exec setpriv --reuid postgres --regid postgres --init-groups -- "$@" -c listen_addresses='*'
