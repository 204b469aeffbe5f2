// The SDL with authorisation directives, for supergraphs that use them. Only on request: Apollo Gateway
// does not start with them, and the subgraph checks scopes itself also where a router does.
import { type DirectiveNode, Kind, parse, print, visit } from 'graphql';
import { SCOPE } from '../domain/caller';

/** What a field asks for: other subgraphs name an order by its id, and all else of one is read. */
function findScope(typeName: string, fieldName: string): string | undefined {
  if (typeName === 'Mutation') {
    return SCOPE.resendEmails;
  }
  const isRead = typeName === 'Query' || (typeName === 'CertificateOrder' && fieldName !== 'id');
  return isRead ? SCOPE.readOrders : undefined;
}

/** The first federation version that knows `@requiresScopes`. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@tag", "@authenticated", "@requiresScopes"])';

export function addAuthDirectives(sdl: string): string {
  const types = visit(parse(sdl), {
    SchemaExtension: () => null,
    ObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields?.map((field) => {
        const scope = findScope(type.name.value, field.name.value);
        return scope === undefined
          ? field
          : { ...field, directives: [...(field.directives ?? []), ...toDirectives(scope)] };
      }),
    }),
  });
  return `${LINK}\n\n${print(types)}\n`;
}

function toDirectives(scope: string): readonly DirectiveNode[] {
  const [type] = parse(`type T @authenticated @requiresScopes(scopes: [["${scope}"]])`).definitions;
  return type?.kind === Kind.OBJECT_TYPE_DEFINITION ? (type.directives ?? []) : [];
}
