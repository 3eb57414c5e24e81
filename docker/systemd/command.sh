#!/bin/sh
# A command of Vignet as the web app is told everything, on a host with the units of this folder, as root:
# `docker/systemd/command.sh check`. A file that it reads must be one that the user vignet may read.
set -eu
told= given=
for secret in database_url broker_url limits_url secret_key master_key s3_secret_key turn_secret; do
    name=$(printf %s "$secret" | tr '[:lower:]' '[:upper:]')
    [ "$secret" != limits_url ] || name=RATE_LIMIT_STORAGE
    given="$given -p LoadCredential=$secret:/etc/vignet/secrets/$secret"
    told="$told VIGNET_${name}_FILE=\$CREDENTIALS_DIRECTORY/$secret"
done
# shellcheck disable=SC2086 # words, on purpose
exec systemd-run --quiet --pipe --wait --collect -p User=vignet -p Group=vignet -p WorkingDirectory=/opt/vignet \
    -p EnvironmentFile=/etc/vignet/production.env -p StateDirectory="vignet/command vignet/keys" $given \
    -- /bin/sh -c "exec env VIGNET_DATA=/var/lib/vignet/command VIGNET_KEYS=/var/lib/vignet/keys HOME=/var/lib/vignet/command $told \
    /opt/vignet/.venv/bin/flask --app webapp \"\$@\"" flask "$@"
