# Stands in for coturn/coturn:4.7-alpine: coturn 4.6 of Debian 13.
FROM debian:13-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends coturn >/dev/null \
    && rm -rf /var/lib/apt/lists/*
USER nobody
