#!/usr/bin/env bash
# Prepares a bare Debian or Ubuntu host to run Tutti from this folder. Safe to run again: what is there is kept.
set -euo pipefail

deno_version=2.9.6
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
unit=/etc/systemd/system/tutti.service
env_file=/etc/tutti.env
user=tutti
systemd=no chroma_libc=no

usage() {
  cat <<EOF
usage: ./setup.sh [--systemd] [--chroma-libc]

Installs Deno $deno_version from npm if it is missing (and npm from apt), caches the dependencies exactly as deno.lock
says and makes the folders. Then: deno task start

  --systemd       also write $unit: a user of its own, hardened, restarted when it
                  dies; its settings go into $env_file (needs root)
  --chroma-libc   also fetch a newer C library for Chroma where this host's glibc is older than 2.39 (Debian 12,
                  Ubuntu 22.04) and print the CHROMA_LAUNCHER that uses it; with --systemd it is set there
  --help          this text
EOF
}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

for argument in "$@"; do
  case $argument in
    --systemd) systemd=yes ;;
    --chroma-libc) chroma_libc=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      usage >&2
      fail "unknown argument: $argument"
      ;;
  esac
done

is_root() { [ "$(id -u)" -eq 0 ]; }
as_root() {
  if is_root; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root: $*"
  fi
}

if [ "$systemd" = yes ] && ! is_root; then fail "--systemd needs root"; fi

deno_is_right() { [ "$(deno --version 2>/dev/null | awk 'NR == 1 { print $2 }')" = "$deno_version" ]; }

install_deno() {
  if deno_is_right; then
    say "Deno $deno_version is there"
    return
  fi
  if ! command -v npm >/dev/null; then
    command -v apt-get >/dev/null || fail "npm is missing and this is no Debian or Ubuntu: install Node 18 or newer"
    say "installing npm"
    as_root apt-get update -qq </dev/null
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends npm </dev/null >/dev/null
  fi
  say "installing Deno $deno_version"
  local prefix
  prefix=$(npm prefix --global)
  if [ -w "$prefix/lib" ] || [ -w "$prefix" ]; then
    npm install --global --no-fund --no-audit --loglevel=error "deno@$deno_version" </dev/null
  else
    as_root npm install --global --no-fund --no-audit --loglevel=error "deno@$deno_version" </dev/null
  fi
  hash -r
  deno_is_right || fail "another Deno comes first in PATH: $(command -v deno)"
}

cache_dependencies() {
  say "caching the dependencies"
  (cd "$root" && deno ci --quiet </dev/null &&
    deno cache --quiet --frozen main.ts src/workers/entry.ts src/sandbox/child/entry.ts src/sandbox/browser/host/entry.ts src/search/thread/index_entry.ts src/search/thread/search_entry.ts src/doctor/main.ts </dev/null)
}

launcher=
fetch_libc() {
  launcher=$("$root/.ci/newer-libc.sh" "$1")
  if [ -z "$launcher" ]; then
    say "this host's glibc is new enough for Chroma: nothing to fetch"
  else
    say "a newer C library for Chroma is in $1"
  fi
}

# The binary itself: npm's `deno` is a script around it and needs Node at each start.
deno_binary() { deno eval --quiet 'console.log(Deno.execPath())'; }

write_unit() {
  local binary
  binary=$(deno_binary)
  if ! id "$user" >/dev/null 2>&1; then
    useradd --system --user-group --home-dir /var/lib/tutti --no-create-home --shell /usr/sbin/nologin "$user"
  fi
  install -d -o "$user" -g "$user" -m 0750 /var/lib/tutti /var/log/tutti /var/cache/tutti
  if ! runuser -u "$user" -- test -r "$root/main.ts" -a -x "$binary"; then
    fail "the user $user cannot read $root or run $binary: move them out of your home, for example to /opt/tutti"
  fi
  say "caching the dependencies for the user $user"
  (cd "$root" && runuser -u "$user" -- env DENO_DIR=/var/cache/tutti/deno HOME=/var/cache/tutti "$binary" ci --quiet </dev/null)

  if [ ! -e "$env_file" ]; then
    install -m 0640 -o root -g "$user" /dev/null "$env_file"
    cat >"$env_file" <<EOF
# Settings of Tutti, NAME=value, one a line; the list: deno task start --help
#HOST=0.0.0.0
#API_KEYS=name:secret
TEST_ENDPOINTS=off
EOF
  fi
  if [ -n "$launcher" ] && ! grep -q '^CHROMA_LAUNCHER=' "$env_file"; then
    printf 'CHROMA_LAUNCHER="%s"\n' "$launcher" >>"$env_file"
  fi

  cat >"$unit" <<EOF
[Unit]
Description=Tutti
Documentation=file:$root/docs/operations.md
After=network-online.target
Wants=network-online.target

[Service]
User=$user
Group=$user
WorkingDirectory=$root
Environment=DENO_DIR=/var/cache/tutti/deno HOME=/var/cache/tutti DENO_NO_UPDATE_CHECK=1 NO_COLOR=1
Environment=DATA_DIR=/var/lib/tutti CACHE_DIR=/var/cache/tutti/pages LOG_DIR=/var/log/tutti
EnvironmentFile=-$env_file
ExecStart="$binary" run -P=service --v8-flags=--max-semi-space-size=8 --frozen main.ts
Restart=always
RestartSec=2
# A wrong setting does not get better by trying again.
RestartPreventExitStatus=2
KillSignal=SIGTERM
KillMode=mixed
# More than SHUTDOWN_GRACE_MS and the deadlines that follow it.
TimeoutStopSec=45
LimitNOFILE=65536
TasksMax=2048

# MemoryDenyWriteExecute is missing on purpose: V8 compiles at run time.
NoNewPrivileges=yes
CapabilityBoundingSet=
ProtectSystem=strict
ReadWritePaths=/var/lib/tutti /var/cache/tutti /var/log/tutti
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
UMask=0027

[Install]
WantedBy=multi-user.target
EOF
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
  say "wrote $unit; settings: $env_file; start it: systemctl enable --now tutti"
}

install_deno
cache_dependencies
mkdir -p "$root/data" "$root/cache" "$root/logs"
if [ "$chroma_libc" = yes ]; then
  if [ "$systemd" = yes ]; then fetch_libc /opt/tutti-libc; else fetch_libc "$root/libc.local"; fi
fi
if [ "$systemd" = yes ]; then write_unit; fi
if [ -n "$launcher" ]; then say "export CHROMA_LAUNCHER='$launcher'"; fi
say "ready: cd $root && deno task start"
