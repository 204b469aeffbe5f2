// The two pages an explorer may be, and what each may load. Neither has a script or a style of its own in
// it, so neither policy needs 'unsafe-inline'.
import type { AssetName } from './assets';
import type { Example } from './examples';

export interface Page {
  readonly title: string;
  /** What it loads from us, in this order. */
  readonly assets: readonly AssetName[];
  /** A script of another origin, loaded before ours. */
  readonly remoteScript?: { readonly origin: string; readonly path: string };
  /** What else of its Content-Security-Policy is its own. */
  readonly directive: string;
  readonly openerPolicy: 'same-origin' | 'same-origin-allow-popups';
  /** HTML. */
  readonly notice?: string;
  /** What the page's own script reads. A style element with this nonce may be added to the page. */
  config(styleNonce: string): Readonly<Record<string, unknown>>;
}

/** Relative, as all that the page refers to: a proxy may serve the gateway under a path of its own. */
const ENDPOINT = 'graphql';

/** A tab an example. */
export function createGraphiqlPage(examples: readonly Example[]): Page {
  const tabs = examples.map(({ query, variables }) => ({
    query,
    variables: JSON.stringify(variables, null, 2),
  }));
  return {
    title: 'GraphiQL',
    assets: [
      'graphiql.min.css',
      'explorer.css',
      'react.production.min.js',
      'react-dom.production.min.js',
      'graphiql.min.js',
      'graphiql.js',
    ],
    // Its style sheet holds its fonts.
    directive: 'font-src data:',
    openerPolicy: 'same-origin',
    config: (styleNonce) => ({ endpoint: ENDPOINT, tabs, styleNonce }),
  };
}

/** Shown by the page's script when Apollo's has not come. */
const UNREACHABLE = `<p class="notice" id="unreachable" hidden>Apollo's servers cannot be reached from here. GraphQL is at
<code>/graphql</code> in any case, and with <code>EXPLORER=graphiql</code> there is an explorer that needs no other server.</p>
`;

/** Apollo's embed takes one document, with one set of variables. */
export function createSandboxPage({ query, variables }: Example): Page {
  return {
    title: 'Apollo Sandbox',
    assets: ['explorer.css', 'sandbox.js'],
    // Apollo's script for embedding Sandbox; v2 is the newest 2.x, as Apollo Server's own landing page has it.
    remoteScript: {
      origin: 'https://embeddable-sandbox.cdn.apollographql.com',
      path: '/v2/embeddable-sandbox.umd.production.min.js',
    },
    directive: 'frame-src https://sandbox.embed.apollographql.com',
    // Signing in to Apollo Studio opens a window that has to find its way back.
    openerPolicy: 'same-origin-allow-popups',
    notice: UNREACHABLE,
    config: () => ({ endpoint: ENDPOINT, document: query, variables }),
  };
}

export function toPolicy({ remoteScript, directive }: Page, styleNonce: string): string {
  const scripts = remoteScript ? ` ${remoteScript.origin}` : '';
  return `default-src 'none';script-src 'self'${scripts};style-src 'self' 'nonce-${styleNonce}';img-src data:;connect-src 'self';form-action 'none';frame-ancestors 'none';base-uri 'none';${directive}`;
}

/** `paths`: those of the page's assets. */
export function toHtml(page: Page, paths: readonly string[], styleNonce: string): string {
  const { title, remoteScript, notice = '' } = page;
  const ofType = (extension: string) => paths.filter((path) => path.endsWith(extension));
  const remote = remoteScript ? [remoteScript.origin + remoteScript.path] : [];
  // Nothing in it can end the script element that holds it.
  const config = JSON.stringify(page.config(styleNonce)).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - DV email gateway</title>
<link rel="icon" href="data:,">
${ofType('.css')
  .map((path) => `<link rel="stylesheet" href="${path}">`)
  .join('\n')}
<script type="application/json" id="config">${config}</script>
${[...remote, ...ofType('.js')].map((path) => `<script defer src="${path}"></script>`).join('\n')}
</head>
<body>
<div id="explorer"></div>
${notice}<noscript>${title} needs JavaScript. GraphQL is at <code>/graphql</code> in any case.</noscript>
</body>
</html>
`;
}
