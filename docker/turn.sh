#!/bin/sh
# Starts coturn with docker/turnserver.conf and a secret, and not without: `turn.sh [OPTION OF TURNSERVER …]`.
# A turnserver that finds no configuration starts all the same, and relays for everybody.
#
#   VIGNET_TURN_SECRET_FILE  the file with the secret that web app and recorder share
#   VIGNET_TURN_PEERS        private addresses of recorders that may be relayed to all the same, with commas
set -eu
umask 077
conf=${VIGNET_TURN_CONF:-$(dirname "$0")/turnserver.conf}
file=${VIGNET_TURN_SECRET_FILE:-/run/secrets/turn_secret}
refuse() { echo "turn: $1" >&2; exit 78; }
[ -s "$conf" ] || refuse "$conf is missing or empty, and without it this would be an open relay."
grep -qx use-auth-secret "$conf" || refuse "$conf does not ask for accounts (use-auth-secret)."
[ -s "$file" ] || refuse "$file is missing or empty: docker/secrets.sh makes the secret."
secret=$(cat "$file")
case $secret in *[!A-Za-z0-9+/=_-]*) refuse "$file holds more than one word." ;; esac
[ ${#secret} -ge 32 ] || refuse "$file is too short to be a secret."

whole=$(mktemp)
{
    cat "$conf"
    printf 'static-auth-secret=%s\n' "$secret"
    for peer in $(printf %s "${VIGNET_TURN_PEERS:-}" | tr , ' '); do printf 'allowed-peer-ip=%s\n' "$peer"; done
} >"$whole"
exec turnserver -c "$whole" --log-file=stdout "$@"
