# Stands in for edoburu/pgbouncer: PgBouncer 1.18 of Debian 12, which keeps no prepared statement from one transaction to
# the next.
FROM debian:12-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pgbouncer netcat-openbsd >/dev/null \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin
USER postgres
CMD ["pgbouncer", "/etc/pgbouncer/pgbouncer.ini"]
