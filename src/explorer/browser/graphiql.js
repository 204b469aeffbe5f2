// Starts GraphiQL on the page that the gateway serves at `/`.
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { TabFocus } from 'monaco-editor/esm/vs/editor/browser/config/tabFocus.js';
import { editor } from 'monaco-graphql/esm/monaco-editor.js';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import './explorer.css';
import './graphiql.css';

const { endpoint, tabs, paths, styleNonce } = JSON.parse(
  document.getElementById('config').textContent,
);

// Monaco adds style elements for its themes, and GraphiQL's dialogs one (no scrolling behind them). Monaco cannot be
// told a nonce.
const createPlainElement = document.createElement;
document.createElement = (...args) => {
  const element = createPlainElement.apply(document, args);
  if (args[0] === 'style') {
    element.nonce = styleNonce;
  }
  return element;
};

window.MonacoEnvironment = {
  getWorkerUrl: (_id, label) => paths[`${label}.worker.js`] ?? paths['editor.worker.js'],
};

// By keyboard: Tab goes into an editor, and out of it again, until Ctrl+M says otherwise. Monaco's option of that name
// has no effect.
TabFocus.setTabFocusMode(true);
editor.onDidCreateEditor((created) => created.updateOptions({ tabIndex: 0 }));

// The tabs of an earlier visit, as GraphiQL keeps them. It shows the one in front without its variables, or as a tab
// more, where it is not told what is in it.
const kept = JSON.parse(localStorage.getItem('graphiql:tabState')) ?? { tabs, activeTabIndex: 0 };
const { query, variables } = kept.tabs[kept.activeTabIndex] ?? tabs[0];

// In place of a link of little contrast; a page has a heading.
const logo = createElement(GraphiQL.Logo, {}, createElement('h1', {}, 'GraphiQL'));

createRoot(document.getElementById('explorer')).render(
  createElement(
    GraphiQL,
    {
      fetcher: createGraphiQLFetcher({ url: endpoint, enableIncrementalDelivery: false }),
      defaultTabs: tabs,
      initialQuery: query,
      initialVariables: variables,
      defaultEditorToolsVisibility: 'variables',
      // Its history keeps the headers of every call, whatever else it is told.
      plugins: [],
      // Headers hold credentials: they are not kept in the browser, and nobody is asked whether to.
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
    },
    logo,
  ),
);
