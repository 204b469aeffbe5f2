// Starts GraphiQL on the page that the gateway serves at `/`.
const { endpoint, tabs, styleNonce } = JSON.parse(document.getElementById('config').textContent);
const { React, ReactDOM, GraphiQL } = window;

// GraphiQL's dialogs add a style element of their own (no scrolling behind them); they ask for it here.
window.__webpack_nonce__ = styleNonce;

// Where GraphiQL keeps the tabs of an earlier visit.
const isFirstVisit = localStorage.getItem('graphiql:tabState') === null;

// Its history keeps the headers of every call, whatever else it is told: so there is none beyond the visit.
const HISTORY = ['graphiql:queries', 'graphiql:favorites'];
const storage = {
  getItem: (name) => (HISTORY.includes(name) ? null : localStorage.getItem(name)),
  setItem: (name, value) => {
    if (!HISTORY.includes(name)) {
      localStorage.setItem(name, value);
    }
  },
  removeItem: (name) => localStorage.removeItem(name),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};

ReactDOM.createRoot(document.getElementById('explorer')).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: endpoint, enableIncrementalDelivery: false }),
    defaultTabs: tabs,
    // Of its default tabs, GraphiQL shows the first one without its variables.
    variables: isFirstVisit ? tabs[0].variables : undefined,
    defaultEditorToolsVisibility: 'variables',
    storage,
    // Headers hold credentials: they are not kept in the browser, and nobody is asked whether to.
    shouldPersistHeaders: false,
    showPersistHeadersSettings: false,
  }),
);
