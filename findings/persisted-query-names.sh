#!/usr/bin/env bash
# @apollo/persisted-query-lists 1.1.0: the id of a persisted operation is found by its name; its text is not looked at.
#
# The manifest lists name, text and id of each operation, and the id usually is the hash of the text. So one would expect an operation
# that is not in the list to be found out in the client, and two operations of one name (of two teams, or a component deployed
# before its manifest) to keep their own ids. `generatePersistedQueryIdsFromManifest` makes a table from name to id: the last of one
# name wins, and a changed text gets the id of the old one. As the id alone is sent, the server carries out another operation
# than the one in the code, and nothing fails until fields are missing. The link that compares texts has to be added to the chain.
#
# Seen: two operations of one name are both given the second one's id, and so is a third text of that name that is not in the manifest.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund @apollo/persisted-query-lists@1.1.0 @apollo/client@4.3.8 graphql@16.15.0 rxjs@7.8.2
cat > try.cjs <<'PROGRAM'
const { generatePersistedQueryIdsFromManifest } = require('@apollo/persisted-query-lists');
const { parse } = require('graphql');
const listed = ['query Find { orders { id } }', 'query Find { users { id } }'];
const loadManifest = async () => ({
  format: 'apollo-persisted-query-manifest',
  version: 1,
  operations: listed.map((body, index) => ({
    id: `id-${index + 1}`,
    name: 'Find',
    type: 'query',
    body,
  })),
});
(async () => {
  const { generateHash } = generatePersistedQueryIdsFromManifest({ loadManifest });
  const texts = [...listed, 'query Find { secrets { id } }'];
  const ids = await Promise.all(texts.map((text) => generateHash(parse(text))));
  console.log(JSON.stringify(Object.fromEntries(texts.map((text, index) => [text, ids[index]])), null, 2));
  process.exitCode = ids.join() === 'id-2,id-2,id-2' ? 0 : 1;
})();
PROGRAM
node try.cjs
