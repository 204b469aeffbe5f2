#!/usr/bin/env bash
# graphql 16.15.0: a mutation is carried out and its result is null, over a valid document and valid variables.
#
# `$show: Boolean = true` may be used in `@include(if: $show)`, whose argument is `Boolean!`: a variable with a default is
# allowed in a non-null position (GraphQL specification, "All Variable Usages Are Allowed"). An explicit `null` is a
# valid value of it too, and then wins over the default. So neither validation nor the coercion of variables finds
# a fault. execute() throws only when it collects the fields below the mutation's, after its resolver has run; the error
# makes the nullable field null. One would expect the fault before anything is executed, as with every other
# variable of a wrong type, and `data` without a value for the field only where nothing has happened.
#
# Seen: validation errors 0; resolver calls 1; data.pay null; one error with the path ["pay"].
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes > /dev/null
npm install --silent --no-audit --no-fund graphql@16.15.0
cat > try.cjs <<'PROGRAM'
const { buildSchema, execute, parse, validate, version } = require('graphql');
const schema = buildSchema(`
  type Query { nothing: Int }
  type Mutation { pay: Receipt }
  type Receipt { number: Int }
`);
const document = parse('mutation ($show: Boolean = true) { pay { number @include(if: $show) } }');
let calls = 0;
const rootValue = {
  pay: () => {
    calls += 1;
    return { number: 7 };
  },
};
(async () => {
  const faults = validate(schema, document);
  const { data, errors = [] } = await execute({
    schema,
    document,
    rootValue,
    variableValues: { show: null },
  });
  const seen = {
    graphql: version,
    validationErrors: faults.length,
    resolverCalls: calls,
    pay: data.pay,
    errors: errors.map(({ message, path }) => ({ message, path })),
  };
  console.log(JSON.stringify(seen, null, 2));
  const isAsWritten =
    faults.length === 0 &&
    calls === 1 &&
    data.pay === null &&
    errors.length === 1 &&
    JSON.stringify(errors[0].path) === '["pay"]';
  process.exitCode = isAsWritten ? 0 : 1;
})();
PROGRAM
node try.cjs
