#!/bin/sh
# A new version in the place of the running one, in mid-exam too: `docker/deploy.sh`, after `git pull` and with the new
# VIGNET_VERSION in docker/production.env. The database is brought to the new form first, which old code survives (README,
# "A new version"); then the web apps go one after the other, so that one always answers, and the recorder last: it ends
# what has begun, up to five minutes, while pages keep what they record and send it to the new one. The edge goes on
# running and reads its configuration anew. Only another program or another address of it takes its place, and then
# nobody is answered for some seconds; that is said first. With `--rollback` an older version takes the places: its image
# is there, and the database stays as it is (OPERATIONS.md, "Rollback").
set -eu
cd "$(dirname "$0")/.."
# A version may want a secret that the one before did not have. Those that are there stay.
docker/secrets.sh > /dev/null
grep -q '^COMPOSE_FILE=' docker/production.env || export COMPOSE_FILE=docker/compose.yml
compose() { docker compose --env-file docker/production.env "$@"; }
program() { docker run --rm --network none --entrypoint sha256sum "$1" /opt/vignet/.venv/bin/caddy 2>/dev/null || echo none; }

if [ "${1:-}" != --rollback ]; then
    compose build --quiet web-1
    compose run --rm -T prepare
fi
for service in web-1 web-2 office media sealer beat; do
    echo "-- $service"
    compose up --detach --no-deps --wait --wait-timeout 400 "$service"
done

echo "-- edge"
new=vignet:$(sed -n 's/^VIGNET_VERSION=//p' docker/production.env)
if [ "$(program "$new")" != "$(program vignet-edge:current)" ]; then
    echo "The edge is another program in this version, and is replaced: some seconds without an answer."
    docker tag "$new" vignet-edge:current
fi
compose up --detach --no-deps --no-build --wait --wait-timeout 120 edge
compose exec -T edge caddy reload --adapter caddyfile --config /edge/Caddyfile --address unix//tmp/edge.sock

echo "-- recorder"
compose up --detach --no-deps --wait --wait-timeout 400 recorder
