// The two pages an explorer may be, and what each may load. Neither has a script or a style of its own in
// it, so neither policy needs 'unsafe-inline'.
import type { Directives, PagePolicy } from '../browser-policy';
import { type Asset, readAsset } from './assets';

/** An operation to begin with. */
export interface Example {
  /** GraphQL; the name of an operation is the title of its tab. */
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Explorer =
  /** A tab an example. */
  | { readonly kind: 'graphiql'; readonly examples: readonly Example[] }
  /** Apollo's embed takes one document, with one set of variables. */
  | { readonly kind: 'sandbox'; readonly example: Example };

export interface Page extends PagePolicy {
  readonly assets: readonly Asset[];
  readonly directives: Directives & { readonly styleSrc: readonly string[] };
  /** A style element with this nonce may be added to the page. */
  render(styleNonce: string): string;
}

/** Relative, as all that the page refers to: a proxy may serve the gateway under a path of its own. */
const ENDPOINT = 'graphql';

const DIRECTIVES = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ['data:'],
  connectSrc: ["'self'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
};

/** Apollo's script for embedding Sandbox; v2 is the newest 2.x, as Apollo Server's own landing page has it. */
const SANDBOX_CDN = 'https://embeddable-sandbox.cdn.apollographql.com';
const SANDBOX_SCRIPT = `${SANDBOX_CDN}/v2/embeddable-sandbox.umd.production.min.js`;
const SANDBOX_FRAME = 'https://sandbox.embed.apollographql.com';

/** Shown by the page's script when Apollo's has not come. */
const UNREACHABLE = `<p class="notice" id="unreachable" hidden>Apollo's servers cannot be reached from here. GraphQL is at
<code>/graphql</code> all the same, and with <code>EXPLORER=graphiql</code> there is an explorer that needs no other server.</p>
`;

export function createPage(explorer: Explorer): Page {
  return explorer.kind === 'graphiql'
    ? createGraphiqlPage(explorer.examples)
    : createSandboxPage(explorer.example);
}

function createGraphiqlPage(examples: readonly Example[]): Page {
  const tabs = examples.map(({ query, variables }) => ({
    query,
    variables: JSON.stringify(variables, null, 2),
  }));
  const styles = [readAsset('graphiql.min.css'), readAsset('explorer.css')];
  const scripts = [
    readAsset('react.production.min.js'),
    readAsset('react-dom.production.min.js'),
    readAsset('graphiql.min.js'),
    readAsset('graphiql.js'),
  ];
  return {
    assets: [...styles, ...scripts],
    // Its style sheet holds its fonts.
    directives: { ...DIRECTIVES, fontSrc: ['data:'] },
    openerPolicy: 'same-origin',
    render: (styleNonce) =>
      renderPage({
        title: 'GraphiQL',
        styles: styles.map(({ path }) => path),
        scripts: scripts.map(({ path }) => path),
        config: { endpoint: ENDPOINT, tabs, styleNonce },
      }),
  };
}

function createSandboxPage({ query, variables }: Example): Page {
  const style = readAsset('explorer.css');
  const script = readAsset('sandbox.js');
  return {
    assets: [style, script],
    directives: {
      ...DIRECTIVES,
      scriptSrc: ["'self'", SANDBOX_CDN],
      frameSrc: [SANDBOX_FRAME],
    },
    // Signing in to Apollo Studio opens a window that has to find its way back.
    openerPolicy: 'same-origin-allow-popups',
    render: () =>
      renderPage({
        title: 'Apollo Sandbox',
        styles: [style.path],
        scripts: [SANDBOX_SCRIPT, script.path],
        config: { endpoint: ENDPOINT, document: query, variables },
        notice: UNREACHABLE,
      }),
  };
}

interface PageParts {
  readonly title: string;
  readonly styles: readonly string[];
  readonly scripts: readonly string[];
  /** HTML. */
  readonly notice?: string;
  /** What the page's own script reads. */
  readonly config: Readonly<Record<string, unknown>>;
}

function renderPage({ title, styles, scripts, config, notice = '' }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} - DV email gateway</title>
<link rel="icon" href="data:,">
${styles.map((path) => `<link rel="stylesheet" href="${path}">`).join('\n')}
<script type="application/json" id="config">${toScriptJson(config)}</script>
${scripts.map((path) => `<script defer src="${path}"></script>`).join('\n')}
</head>
<body>
<div id="explorer"></div>
${notice}<noscript>${title} needs JavaScript. GraphQL is at <code>/graphql</code> all the same.</noscript>
</body>
</html>
`;
}

/** Nothing in it can end the script element that holds it. */
function toScriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
