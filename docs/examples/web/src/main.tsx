import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { possibleTypes } from 'dv-email-gateway-client';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const client = new ApolloClient({
  // No RetryLink: the gateway repeats what is safe to repeat, and emails are sent by people.
  link: new HttpLink({ uri: '/graphql' }),
  cache: new InMemoryCache({ possibleTypes }),
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <ApolloProvider client={client}>
      <App />
    </ApolloProvider>
  </StrictMode>,
);
