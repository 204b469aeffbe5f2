// Apollo's servers, replaced where the browser would reach for them: the CDN serves the published build of
// @apollo/sandbox, and the iframe is a page of ours that talks to it as Sandbox does.
import { buildSync } from 'esbuild';
import { getIntrospectionQuery } from 'graphql';
import type { Page } from 'playwright-core';

export const CDN_SCRIPT =
  'https://embeddable-sandbox.cdn.apollographql.com/v2/embeddable-sandbox.umd.production.min.js';
export const FRAME_ORIGIN = 'https://sandbox.embed.apollographql.com';
export const STUDIO_ORIGIN = 'https://studio.apollographql.com';

/** What the iframe is given in its URL, and what came back through the page around it. */
export interface FrameReport {
  readonly endpoint: string;
  readonly handshake: { readonly parentHref: string };
  readonly schema: {
    readonly schema?: { __schema: { types: unknown[] } };
    readonly error?: string;
  };
  readonly answer: { readonly response: { data?: unknown; status?: number; error?: unknown } };
}

/** The published modules in one script that sets the global Apollo's UMD build sets. */
function bundleSandbox(): string {
  const { outputFiles } = buildSync({
    stdin: {
      contents:
        "import { ApolloSandbox } from '@apollo/sandbox'; window.EmbeddedSandbox = ApolloSandbox;",
      resolveDir: __dirname,
    },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
  });
  return outputFiles[0]?.text ?? '';
}

/** Runs in the iframe: a handshake, the introspection, then the document it was given, as its URL says. */
async function playSandbox(introspectionQuery: string): Promise<void> {
  const parameters = new URLSearchParams(location.search);
  const endpoint = parameters.get('endpoint') ?? '';
  const ask = (message: { name: string; operationId?: string }, answerName: string) =>
    new Promise<unknown>((resolve) => {
      window.addEventListener('message', ({ data }) => {
        if (data.name === answerName && data.operationId === message.operationId) {
          resolve(data);
        }
      });
      window.parent.postMessage(message, '*');
    });
  const handshake = await ask({ name: 'ExplorerListeningForHandshake' }, 'HandshakeResponse');
  const introspection = {
    name: 'IntrospectionQueryWithHeaders',
    operationId: 'introspection',
    introspectionRequestBody: JSON.stringify({
      query: introspectionQuery,
      operationName: 'IntrospectionQuery',
    }),
    introspectionRequestHeaders: {},
    includeCookies: false,
    sandboxEndpointUrl: endpoint,
  };
  const schema = await ask(introspection, 'SchemaResponse');
  const request = {
    name: 'ExplorerRequest',
    operationId: 'first',
    operation: parameters.get('defaultDocument'),
    operationName: 'ResendDvEmails',
    variables: JSON.parse(parameters.get('defaultVariables') ?? '{}'),
    headers: {},
    includeCookies: false,
    endpointUrl: endpoint,
  };
  const answer = await ask(request, 'ExplorerResponse');
  const report = document.createElement('pre');
  report.textContent = JSON.stringify({ endpoint, handshake, schema, answer });
  document.body.append(report);
}

/** The bodies of what Apollo serves, by the beginning of the URL. */
type Served = Readonly<Record<string, { readonly contentType: string; readonly body: string }>>;

function serveApollo(): Served {
  const play = `(${playSandbox})(${JSON.stringify(getIntrospectionQuery())})`;
  return {
    [CDN_SCRIPT]: { contentType: 'text/javascript', body: bundleSandbox() },
    [`${FRAME_ORIGIN}/sandbox/explorer?`]: {
      contentType: 'text/html',
      body: `<!doctype html><body><script>${play}</script>`,
    },
  };
}

/** For a page of the gateway's own origin. */
export async function replaceApollo(page: Page): Promise<void> {
  for (const [start, answer] of Object.entries(serveApollo())) {
    await page.route(
      (url) => url.href.startsWith(start),
      (route) => route.fulfill(answer),
    );
  }
}

/**
 * Apollo Studio with Sandbox in it: the same code, on Studio's origin. Not with `page.route`: once there is
 * one, Playwright answers every preflight by itself, and the gateway would never be asked.
 */
export async function replaceStudio(page: Page, options: object): Promise<string> {
  const url = `${STUDIO_ORIGIN}/sandbox/explorer`;
  const embedOptions = JSON.stringify({ target: '#studio', ...options });
  const served: Served = {
    ...serveApollo(),
    [url]: {
      contentType: 'text/html',
      body: `<!doctype html><link rel="icon" href="data:,"><div id="studio"></div>
<script src="${CDN_SCRIPT}"></script><script>new window.EmbeddedSandbox(${embedOptions})</script>`,
    },
    [`${STUDIO_ORIGIN}/favicon.ico`]: { contentType: 'image/x-icon', body: '' },
  };
  const session = await page.context().newCDPSession(page);
  session.on('Fetch.requestPaused', ({ requestId, request }) => {
    const [, answer] =
      Object.entries(served).find(([start]) => request.url.startsWith(start)) ?? [];
    const reply = answer
      ? session.send('Fetch.fulfillRequest', {
          requestId,
          responseCode: 200,
          responseHeaders: [{ name: 'content-type', value: answer.contentType }],
          body: Buffer.from(answer.body).toString('base64'),
        })
      : session.send('Fetch.failRequest', { requestId, errorReason: 'NameNotResolved' });
    // The page may be gone by then.
    reply.catch(() => {});
  });
  await session.send('Fetch.enable', {
    patterns: [{ urlPattern: 'https://*.apollographql.com/*' }],
  });
  return url;
}

export async function readReport(page: Page): Promise<FrameReport> {
  const text = await page.frameLocator('iframe').locator('pre').textContent();
  return JSON.parse(text ?? '') as FrameReport;
}
