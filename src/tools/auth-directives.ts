// The SDL with authorisation directives, for supergraphs that use them. Only on request: Apollo Gateway
// does not start with them, and the subgraph checks scopes itself also where a router does.
import { type DirectiveNode, Kind, parse, print, visit } from 'graphql';
import { SCOPE } from '../domain/caller';

/** Scopes by `Type.field`. */
const SCOPES: Readonly<Record<string, string>> = {
  'Mutation.resendDvEmails': SCOPE.resendEmails,
  'Query.certificateOrder': SCOPE.readOrders,
  'Query.certificateOrders': SCOPE.readOrders,
  'CertificateOrder.status': SCOPE.readOrders,
  'CertificateOrder.commonName': SCOPE.readOrders,
  'CertificateOrder.dnsNames': SCOPE.readOrders,
  'CertificateOrder.productName': SCOPE.readOrders,
  'CertificateOrder.orderedAt': SCOPE.readOrders,
  'CertificateOrder.dcvMethod': SCOPE.readOrders,
  'CertificateOrder.domains': SCOPE.readOrders,
  'CertificateOrder.lastResend': SCOPE.readOrders,
};

/** The first federation version that knows `@requiresScopes`. */
const LINK =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@tag", "@authenticated", "@requiresScopes"])';

export function addAuthDirectives(sdl: string): string {
  const types = visit(parse(sdl), {
    SchemaExtension: () => null,
    ObjectTypeDefinition: (type) => ({
      ...type,
      fields: type.fields?.map((field) => {
        const scope = SCOPES[`${type.name.value}.${field.name.value}`];
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
