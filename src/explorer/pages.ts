// The two pages an explorer may be, and what each may load. Neither has a script or a style of its own in
// it, so neither policy needs 'unsafe-inline'.
import type { AssetName } from './assets';
import type { Example } from './examples';

export interface Page {
  readonly title: string;
  /** What it loads from us: a style sheet, a script, and then what its script loads. */
  readonly assets: readonly [AssetName, AssetName, ...AssetName[]];
  /** A script of another origin, loaded before ours. */
  readonly remoteScript?: { readonly origin: string; readonly path: string };
  /** What else of its Content-Security-Policy is its own. */
  readonly directive: string;
  readonly openerPolicy: 'same-origin' | 'same-origin-allow-popups';
  /** HTML that comes before the explorer. */
  readonly header: string;
  /** What the page's own script reads. */
  readonly config: Readonly<Record<string, unknown>>;
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
      'graphiql.css',
      'graphiql.js',
      'editor.worker.js',
      'graphql.worker.js',
      'json.worker.js',
    ],
    // Its style sheet holds its fonts, and its editor writes each line as HTML with style attributes.
    directive: "font-src data:;style-src-attr 'unsafe-inline'",
    openerPolicy: 'same-origin',
    // By keyboard, there are two stops for each tab.
    header: '<a id="skip" href="#graphiql-session">Skip to the editor</a>\n',
    config: { endpoint: ENDPOINT, tabs },
  };
}

/** Shown until Apollo's frame has spoken: a network may drop what goes to Apollo, and nothing says so for minutes. */
const WITHOUT_APOLLO = `<header id="without-apollo">
<h1>Apollo Sandbox</h1>
<p>It comes from Apollo's servers, and has not been loaded yet.
<a href="?graphiql">Open GraphiQL</a>, which needs no other server than this one.</p>
</header>
`;

const FRAME_ORIGIN = 'https://sandbox.embed.apollographql.com';

/** Apollo's embed takes one document, with one set of variables. */
export function createSandboxPage({ query, variables }: Example): Page {
  return {
    title: 'Apollo Sandbox',
    assets: ['sandbox.css', 'sandbox.js'],
    // Apollo's script for embedding Sandbox; v2 is the newest 2.x, as Apollo Server's own landing page has it.
    remoteScript: {
      origin: 'https://embeddable-sandbox.cdn.apollographql.com',
      path: '/v2/embeddable-sandbox.umd.production.min.js',
    },
    directive: `frame-src ${FRAME_ORIGIN}`,
    // Signing in to Apollo Studio opens a window that has to find its way back.
    openerPolicy: 'same-origin-allow-popups',
    header: WITHOUT_APOLLO,
    config: { endpoint: ENDPOINT, document: query, variables, frameOrigin: FRAME_ORIGIN },
  };
}

export function toPolicy({ remoteScript, directive }: Page, styleNonce: string): string {
  const scripts = remoteScript ? ` ${remoteScript.origin}` : '';
  return `default-src 'none';script-src 'self'${scripts};style-src 'self' 'nonce-${styleNonce}';img-src data:;connect-src 'self';form-action 'none';frame-ancestors 'none';base-uri 'none';${directive}`;
}

/** `paths`: those of assets, by their names. A style element with the nonce may be added to the page. */
export function toHtml(
  page: Page,
  paths: Readonly<Record<string, string>>,
  styleNonce: string,
): string {
  const { title, assets, remoteScript, header } = page;
  const [style, script] = assets;
  const remote = remoteScript ? [remoteScript.origin + remoteScript.path] : [];
  // Nothing in it can end the script element that holds it.
  const config = JSON.stringify({ ...page.config, paths, styleNonce }).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - DV email gateway</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${paths[style]}">
<script type="application/json" id="config">${config}</script>
${[...remote, paths[script]].map((path) => `<script defer src="${path}"></script>`).join('\n')}
</head>
<body>
${header}<main id="explorer"></main>
<noscript>${title} needs JavaScript. GraphQL is at <code>/graphql</code> in any case.</noscript>
</body>
</html>
`;
}
