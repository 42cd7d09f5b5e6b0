#!/usr/bin/env bash
# Puts a newer C library beside the system's, for the one program that needs it: Chroma's native binding wants glibc 2.39
# (Debian 13, Ubuntu 24.04). Nothing of the system is touched; 16 MB go into one folder.
#
#   .ci/newer-libc.sh FOLDER      prints the words for CHROMA_LAUNCHER; nothing where the system's glibc will do
#
# The packages come from the mirror this machine's apt uses already, checked against the distribution's own keyring.
set -euo pipefail

needed=2.39
folder=${1:?usage: newer-libc.sh FOLDER}

fail() {
  echo "newer-libc: $*" >&2
  exit 1
}

# at_least A B: whether version A is B or later
at_least() { [ "$(printf '%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

libc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || fail "this system has no glibc"
if at_least "${libc#glibc }" "$needed"; then exit 0; fi

for tool in apt-get dpkg-deb dpkg; do
  command -v "$tool" >/dev/null || fail "$tool is missing: this works on Debian and Ubuntu only"
done

# shellcheck source=/dev/null
distribution=$(. /etc/os-release && echo "${ID}")
case $distribution in
  debian) release=trixie keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
  ubuntu) release=noble keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
  *) fail "do not know where $distribution keeps its packages" ;;
esac
[ -e "$keyring" ] || fail "$keyring is missing"

architecture=$(dpkg --print-architecture)
case $architecture in
  amd64) triple=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
  arm64) triple=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
  *) fail "Chroma has no binary for $architecture" ;;
esac

mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
libraries=$folder/$release/usr/lib/$triple

# The first URI of an archive that is the distribution's own (not a third party's, not the security one).
mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
    grep -Ev '^[[:space:]]*#' | grep -Eo "https?://[^ ]+/${distribution}(-ports)?/?( |\$)" | head -n 1 | tr -d ' '
}

if [ ! -e "$folder/$release/.complete" ]; then
  uri=$(mirror || true)
  [ -n "$uri" ] || fail "found no $distribution mirror in the apt sources"
  # Two at once must not unpack into each other: each works in a folder of its own, the last rename wins.
  work=$(mktemp -d "$folder/work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work"/{lists/partial,archives/partial,debs,root}
  : >"$work/status"
  echo "deb [signed-by=$keyring] $uri $release main" >"$work/sources.list"
  options=(
    -qq
    -o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=/dev/null"
    -o "Dir::State=$work" -o "Dir::State::Lists=$work/lists" -o "Dir::State::Status=$work/status"
    -o "Dir::Cache=$work" -o "Dir::Cache::Archives=$work/archives"
    -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o "APT::Sandbox::User="
    -o "Acquire::Languages=none" -o "Acquire::Retries=3"
  )
  apt-get "${options[@]}" update </dev/null >&2
  (cd "$work/debs" && apt-get "${options[@]}" download libc6 libstdc++6 libgcc-s1 </dev/null >&2)
  for package in "$work"/debs/*.deb; do dpkg-deb --extract "$package" "$work/root"; done
  touch "$work/root/.complete"
  rm -rf "${folder:?}/$release"
  mv -T "$work/root" "$folder/$release" 2>/dev/null || [ -e "$folder/$release/.complete" ] || fail "cannot write to $folder"
fi

[ -e "$libraries/$loader" ] || fail "the packages have no $libraries/$loader"
echo "$libraries/$loader --library-path $libraries"
