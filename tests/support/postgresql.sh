#!/usr/bin/env bash
# A PostgreSQL server of one's own on loopback, with nothing in it: says its URL, and ends when its input does.
# Says SKIPPED: and why where there is none to start.
set -euo pipefail
shopt -s nullglob

PATH=$PATH$(printf ':%s' /usr/lib/postgresql/*/bin)  # Debian's
command -v initdb >/dev/null || { echo "SKIPPED: PostgreSQL's server is not installed"; exit; }
folder=$(mktemp -d)
as=()
if [ "$(id -u)" -eq 0 ]; then  # a server refuses to run as root
  as=(runuser -u nobody --)
  chown nobody "$folder"
fi
cd "$folder"
stop() {
  "${as[@]}" pg_ctl -D data -m immediate stop
  rm -rf "$folder"
} >/dev/null 2>&1
trap stop EXIT
echo "p4ss/word" >password
"${as[@]}" initdb -D data -U ann --pwfile password -A scram-sha-256 -E UTF8 --locale C --no-sync >/dev/null
for _ in {1..20}; do
  port=$((20000 + RANDOM % 20000))
  if "${as[@]}" pg_ctl -D data -w -l log start >/dev/null 2>&1 -o "-p $port -h 127.0.0.1 -k '' -c fsync=off"; then
    echo "postgresql://ann:p4ss%2Fword@127.0.0.1:$port/postgres"
    cat >/dev/null
    exit
  fi
done
echo "no server came up:" >&2
cat log >&2
exit 1
