#!/usr/bin/env bash
# Prints the folder of PostgreSQL's programs; installs Debian's package where the user is root and apt-get is there.
# Prints nothing, and says why, where PostgreSQL cannot be had: the tests that need it are skipped then.
set -euo pipefail

find_postgres() {
  if [[ -n "${TENOR_POSTGRES:-}" ]]; then
    [[ -x "$TENOR_POSTGRES/initdb" ]] && echo "$TENOR_POSTGRES" && return 0
    echo "TENOR_POSTGRES names \`$TENOR_POSTGRES\`, which has no program initdb." >&2
    exit 1
  fi
  local folder
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
    [[ -x "$folder/initdb" && -x "$folder/postgres" ]] && echo "$folder" && return 0
  done
  return 1
}

find_postgres && exit 0
if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
  echo "No PostgreSQL found; installing it with apt-get …" >&2
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql
  } >&2 || true
  find_postgres && exit 0
fi
echo "PostgreSQL IS NOT TESTED: install it (on Debian: apt-get install postgresql), or name the folder of its programs with TENOR_POSTGRES." >&2
