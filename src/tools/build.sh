#!/bin/sh
# `npm run build`: builds in a folder aside, and then puts the result in place of dist/ as a whole. A build that is like the
# one that is there leaves it alone, so that nothing that starts from it is disturbed.
set -eu
sh .tools/install.sh .tools/explorer
aside=$(mktemp -d .build-XXXXXX)
trap 'rm -rf "$aside"' EXIT
for name in package.json tsconfig.json src schema; do
  # The image is built without schema/.
  [ ! -e "$name" ] || cp -R "$name" "$aside"
done
ln -s ../node_modules "$aside/node_modules"
ln -s ../.tools "$aside/.tools"
(cd "$aside" && npm run --silent build:aside)
# Of `npm run compose`.
[ ! -e dist/supergraph.graphql ] || cp dist/supergraph.graphql "$aside/dist"
if ! diff -r "$aside/dist" dist >/dev/null 2>&1; then
  [ ! -e dist ] || mv dist "$aside/replaced"
  # Unlike `mv`, never into a dist/ that another build has put there meanwhile.
  node --eval 'fs.renameSync(process.argv[1], "dist")' "$aside/dist"
fi
