#!/usr/bin/env bash
# Prints the path of a Chromium-like browser; installs Debian's chromium where the user is root and apt-get is there.
set -euo pipefail

find_browser() {
  if [[ -n "${TENOR_BROWSER:-}" ]]; then
    command -v "$TENOR_BROWSER" && return 0
    echo "TENOR_BROWSER names \`$TENOR_BROWSER\`, which is not a program on this machine." >&2
    exit 1
  fi
  local name
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  return 1
}

find_browser && exit 0
if [[ "$(id -u)" == 0 ]] && command -v apt-get >/dev/null; then
  echo "No browser found; installing chromium with apt-get …" >&2
  {
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium
  } >&2
  find_browser && exit 0
fi
echo "The browser tests need Chromium or Google Chrome: install one of them, or set TENOR_BROWSER to its program, and run make again." >&2
exit 1
