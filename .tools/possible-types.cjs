// A plugin for GraphQL Code Generator: `possibleTypes`, by which Apollo Client's cache knows the members of
// a union or interface. (The generator's own plugin, fragment-matcher, wants a file and a default export for it.)
const { isAbstractType } = require('graphql');

exports.plugin = (schema) => {
  const possibleTypes = Object.fromEntries(
    Object.values(schema.getTypeMap())
      .filter((type) => isAbstractType(type) && !type.name.startsWith('__'))
      .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]),
  );
  const json = JSON.stringify(possibleTypes, null, 2);
  return `/** The members of each union and interface: for \`new InMemoryCache({ possibleTypes })\` of Apollo Client. */
export const possibleTypes: { [name: string]: string[] } = ${json};`;
};
