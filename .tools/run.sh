#!/bin/sh
# Runs a program of this folder's package from the folder above, where its configuration is: `sh .tools/run.sh biome check`.
set -eu
sh .tools/install.sh .tools
# By NODE_PATH, Code Generator and textlint find their plugins and rules, which they look for where they are run.
export NODE_PATH="$PWD/.tools/node_modules" PATH="$PWD/.tools/node_modules/.bin:$PATH"
exec "$@"
