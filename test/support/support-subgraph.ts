// Another team's subgraph: knows nothing of DigiCert, and has types of the plainest names. It is not
// beside the supergraph tests, whose own package has a second copy of graphql.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export const SUPPORT_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

  type Query {
    ticket(id: ID!): Ticket
  }
  type Ticket {
    id: ID!
    order: CertificateOrder
  }
  type CertificateOrder @key(fields: "id") {
    id: ID!
    ticketTitles: [String!]!
  }

  type Mutation {
    closeTicket: CloseTicketResult
  }
  union CloseTicketResult = Order | InvalidInputError
  type Order {
    number: Int
  }
  type InvalidInputError implements Error {
    message: String!
    code: ErrorCode
  }
  interface Error {
    message: String!
  }
  enum ErrorCode {
    SOMETHING_ELSE
  }
`;

export interface Subgraph {
  readonly url: string;
  close(): Promise<void>;
}

export async function startSupportSubgraph(): Promise<Subgraph> {
  const server = new ApolloServer({
    schema: buildSubgraphSchema({
      typeDefs: parse(SUPPORT_SDL),
      resolvers: {
        Query: {
          ticket: (_: unknown, { id }: { id: string }) => ({ id, order: { id } }),
        },
        CertificateOrder: {
          ticketTitles: ({ id }: { id: string }) => [`No email for order ${id}`],
        },
      },
    }),
    stopOnTerminationSignals: false,
    plugins: [ApolloServerPluginInlineTraceDisabled()],
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return { url, close: () => server.stop() };
}
