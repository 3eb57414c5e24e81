#!/bin/sh
# A new version in the place of the running one, in mid-exam too: `docker/deploy.sh`, after `git pull` and with the new
# VIGNET_VERSION in docker/production.env. The database is brought to the new form first, which old code survives (README,
# "A new version"); then the web apps go one after the other, so that one always answers, and the recorder last: it ends
# what has begun, up to five minutes, while pages keep what they record and send it to the new one.
set -eu
cd "$(dirname "$0")/.."
compose() { docker compose --env-file docker/production.env -f docker/compose.yml "$@"; }
compose build --quiet web-1
compose run --rm -T prepare
for service in web-1 web-2 office media sealer beat edge recorder; do
    echo "-- $service"
    compose up --detach --no-deps --wait --wait-timeout 400 "$service"
done
