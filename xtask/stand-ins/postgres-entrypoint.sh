#!/bin/bash
# First start: make a cluster with the role, password and database that the variables name, and
# run what lies in /docker-entrypoint-initdb.d. Every start: become the server.
set -euo pipefail

user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

if [ "$1" != postgres ]; then
    exec "$@"
fi
if [ "$(id -u)" = 0 ]; then
    mkdir -p "$PGDATA"
    chmod 0700 "$PGDATA"
    chown postgres:postgres "$PGDATA" /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi

ask() {
    psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="$user" "$@"
}

first_start() {
    : "${POSTGRES_PASSWORD:?the superuser needs a password}"
    # Not on the command line, where every process could read it.
    initdb --username="$user" --pwfile=<(printf '%s' "$POSTGRES_PASSWORD") --auth-host=scram-sha-256
    echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
    # Only on its socket: nobody shall find it half made.
    pg_ctl --wait --options="-c listen_addresses=''" start
    if [ "$database" != postgres ]; then
        ask --dbname=postgres --command="create database \"$database\""
    fi
    for file in /docker-entrypoint-initdb.d/*; do
        case "$file" in
        *.sql) ask --dbname="$database" --file="$file" ;;
        *.sh) POSTGRES_USER=$user POSTGRES_DB=$database bash "$file" ;;
        esac
    done
    pg_ctl --wait --mode=fast stop
}

if [ ! -s "$PGDATA/PG_VERSION" ]; then
    first_start
fi
exec "$@" -c listen_addresses='*'
