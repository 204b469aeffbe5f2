#!/usr/bin/env bash
# type-graphql 2.0.0-rc.4: an `authChecker` declared with `function` fails every field it guards; the same one as an arrow or async function works.
#
# An auth checker is a function, or a class with a method `check`. Which of them it is given, type-graphql decides by whether that has a `prototype`,
# and so has each plain function that is declared with `function`. It is constructed as a class, and then lacks the method. The schema builds
# without a word, what is not guarded works, and callers see an internal error in place of each guarded field, also those who are allowed: it looks like
# a fault of the resolver. To write an arrow function as a declaration, which changes nothing elsewhere and some linters ask for, is enough.
#
# Seen, for a query with @Authorized() whose checker says yes: "hello" with an arrow function and with an async one; null with a declared one, and the error
# "authCheckerInstance.check is not a function".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund type-graphql@2.0.0-rc.4 graphql@16.15.0 graphql-scalars@1.26.0 reflect-metadata@0.2.2
cat > try.cjs <<'PROGRAM'
require('reflect-metadata');
const { graphql } = require('graphql');
const { Authorized, buildSchemaSync, Query, Resolver } = require('type-graphql');

// As TypeScript's decorators do it.
class Greeter {
  hello() {
    return 'hello';
  }
}
Reflect.defineMetadata('design:paramtypes', [], Greeter.prototype, 'hello');
for (const decorate of [Query(() => String, { nullable: true }), Authorized()]) {
  decorate(Greeter.prototype, 'hello', {});
}
Resolver()(Greeter);

function declared() {
  return true;
}
const CHECKERS = { arrow: () => true, async: async function allow() { return true; }, declared };

(async () => {
  const seen = {};
  for (const [kind, authChecker] of Object.entries(CHECKERS)) {
    const schema = buildSchemaSync({ resolvers: [Greeter], authChecker, validate: false });
    const { data, errors } = await graphql({ schema, source: '{ hello }', contextValue: {} });
    seen[kind] = [data.hello, ...(errors ?? []).map(({ message }) => message)];
  }
  console.log(JSON.stringify(seen));
  const expected = {
    arrow: ['hello'],
    async: ['hello'],
    declared: [null, 'authCheckerInstance.check is not a function'],
  };
  process.exit(JSON.stringify(seen) === JSON.stringify(expected) ? 0 : 1);
})();
PROGRAM
node try.cjs
