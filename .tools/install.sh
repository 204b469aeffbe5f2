#!/bin/sh
# Installs a package that the main install leaves out, named by its folder, unless just that is there.
set -eu
installed="$1/node_modules/.installed-package-lock.json"
if ! cmp -s "$1/package-lock.json" "$installed"; then
  npm ci --prefix "$1"
  cp "$1/package-lock.json" "$installed"
fi
