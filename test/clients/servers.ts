// Servers in the gateway's place: one with the schema of a later version, and one that never responds.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { buildSchema, graphql } from 'graphql';
import { closeLater } from '../support/close-later';
import { addMember, LATER_MEMBER } from './later-member';

export const LATER = 'The mailbox is full.';

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closeLater(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Returns a member that today's clients do not know, and keeps the text of every document and the methods. */
export async function startLaterGateway(sdl: string) {
  const schema = buildSchema(addMember(sdl));
  const documents: { path: string; query: string }[] = [];
  const methods: Record<string, string> = {};
  const origin = await listen(async (request, response) => {
    const [path = ''] = request.url?.split('?') ?? [];
    methods[path] ??= request.method ?? '';
    const { query, variables } = (request.method === 'POST' ? await json(request) : {}) as {
      query?: string;
      variables?: Record<string, unknown>;
    };
    response.setHeader('content-type', 'application/json');
    if (query === undefined) {
      const code = 'PERSISTED_QUERY_NOT_FOUND';
      response.end(
        JSON.stringify({ errors: [{ message: 'PersistedQueryNotFound', extensions: { code } }] }),
      );
      return;
    }
    documents.push({ path, query });
    const resendDvEmails = {
      __typename: LATER_MEMBER,
      ...{ message: LATER, retryable: false, correlationId: 'x' },
    };
    const result = await graphql({
      schema,
      source: query,
      rootValue: { resendDvEmails, certificateOrder: { id: '1001', status: 'pending' } },
      ...(variables && { variableValues: variables }),
    });
    response.end(JSON.stringify(result));
  });
  return { origin, documents, methods };
}

/** Reads each request and closes the connection; counts them by path. */
export async function startSilentServer() {
  const requests: Record<string, number> = {};
  const origin = await listen((request) => {
    const path = request.url ?? '';
    requests[path] = (requests[path] ?? 0) + 1;
    request.resume().on('end', () => request.socket.destroy());
  });
  return { origin, requests };
}
