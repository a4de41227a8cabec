# Sourced with $root set, current directory $root: makes sure that node_modules matches the lock file
# and that the system packages a script names are there: `need_packages COMMAND:PACKAGE…`, or `/FILE:PACKAGE`;
# `missing_packages` of the same prints those that are not.

ensure_modules() {
  # npm writes this file last: older than the lock file means that an install is due.
  if [ node_modules/.package-lock.json -ot package-lock.json ] || [ ! -e node_modules/.package-lock.json ]; then
    echo "deviceauthd: installing npm packages (npm ci) …"
    npm ci --no-audit --no-fund --loglevel=error
    touch node_modules/.package-lock.json
  fi
}

missing_packages() {
  for pair in "$@"; do
    case "$pair" in
      /*) [ -e "${pair%%:*}" ] || printf ' %s' "${pair#*:}" ;;
      *) command -v "${pair%%:*}" >/dev/null 2>&1 || printf ' %s' "${pair#*:}" ;;
    esac
  done
}

need_packages() {
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "deviceauthd: installing system packages:$missing (their services are not started)"
    # Debian starts a package's service unless this file says 101; it is removed again.
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod 755 "$policy"
      made_policy=1
    fi
    status=0
    # shellcheck disable=SC2086
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null || status=$?
    [ -z "${made_policy-}" ] || rm -f "$policy"
    [ "$status" = 0 ] && return 0
  fi
  echo "deviceauthd: missing system packages; what needs them will fail. Install them with:" >&2
  echo "  sudo apt-get install$missing" >&2
  return 0
}
