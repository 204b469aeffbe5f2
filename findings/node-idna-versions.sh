#!/usr/bin/env bash
# node:url's domainToASCII on Node 22.23.3 and 24.21.0: one name, two domains.
#
# UTS 46 maps the sharp s to "ss" in its transitional form, and keeps it in the other one, which registries and browsers use.
# Node changed from one to the other between 22 and 24 with its URL parser (ada 2 to 4), for the capital sharp s alone: the small
# one is kept by both. So STRASSE with a capital sharp s is another registered name after an upgrade, and of two processes on
# two versions that share a store or a signature each sees another domain. Other characters are refused by one and accepted by
# the other. One would expect the mapping of a name to be a matter of the standard, not of the patch of the runtime.
#
# Seen: U+1E9E: strasse.de on 22, xn--strae-oqa.de on 24; U+00DF: xn--strae-oqa.de on both; U+2183: refused on 22, a name on 24.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
for version in 22.23.3 24.21.0; do
  mkdir "$version"
  (cd "$version" && npm init --yes > /dev/null && npm install --silent --no-audit --no-fund "node@$version")
done
cat > try.cjs <<'PROGRAM'
const { domainToASCII } = require('node:url');
const names = ['STRA\u1e9eE.de', 'stra\u00dfe.de', 'a\u2183.com'];
console.log(JSON.stringify([process.version, ...names.map((name) => domainToASCII(name))]));
PROGRAM
seen=$(for version in 22.23.3 24.21.0; do "$version/node_modules/node/bin/node" try.cjs; done)
echo "$seen"
expected='["v22.23.3","strasse.de","xn--strae-oqa.de",""]
["v24.21.0","xn--strae-oqa.de","xn--strae-oqa.de","xn--a-91n.com"]'
[ "$seen" = "$expected" ]
