# Stands in for postgres:17-alpine: PostgreSQL 17 of Debian 13, started with the same variables.
FROM debian:13-slim
RUN apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-17 >/dev/null \
    && rm -rf /var/lib/apt/lists/* /var/lib/postgresql/17
COPY postgres.sh /usr/local/bin/entrypoint
ENV PATH=/usr/lib/postgresql/17/bin:$PATH PGDATA=/var/lib/postgresql/data
RUN install -d -o postgres -g postgres -m 700 "$PGDATA"
ENTRYPOINT ["sh", "/usr/local/bin/entrypoint"]
CMD ["postgres"]
STOPSIGNAL SIGINT
