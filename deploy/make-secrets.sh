#!/bin/sh
# Makes the secrets that compose.yaml mounts: random ones, each a file in deploy/secrets/ (or the folder
# given). A file that is there already stays. The API key is taken from DIGICERT_API_KEY; without it a
# word stands in for it, which the simulator takes and DigiCert does not. Fails where another key is there
# than is given, as a key in use is not replaced by accident.
set -eu

folder=${1:-$(dirname "$0")/secrets}

random() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

keep() { # name; writes what it is given, unless the file is there
  if [ -e "$folder/$1" ]; then
    cat >/dev/null
  else
    cat >"$folder/$1"
  fi
}

# No other user of this machine can open the folder. The files in it are readable, because each container
# reads its own as another user.
umask 022
mkdir -p "$folder"
chmod 700 "$folder"

if [ -n "${DIGICERT_API_KEY:-}" ] && [ -e "$folder/digicert-api-key" ] &&
  [ "$DIGICERT_API_KEY" != "$(cat "$folder/digicert-api-key")" ]; then
  echo "$folder/digicert-api-key: has another key than DIGICERT_API_KEY, and stays; to replace it, write the new key into that file" >&2
  exit 1
fi
if [ -z "${DIGICERT_API_KEY:-}" ] && [ ! -e "$folder/digicert-api-key" ]; then
  echo "$folder/digicert-api-key: no key in DIGICERT_API_KEY, so a word that the simulator takes and DigiCert does not" >&2
fi
printf '%s\n' "${DIGICERT_API_KEY:-simulated}" | keep digicert-api-key
random | keep router-secret
random | keep audit-hash-key
if [ ! -e "$folder/redis.conf" ]; then
  password=$(random)
  printf 'requirepass %s\n' "$password" >"$folder/redis.conf"
  printf 'redis://:%s@redis:6379/0\n' "$password" >"$folder/redis-url"
fi
