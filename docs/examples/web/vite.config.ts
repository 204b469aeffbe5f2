import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page and GraphQL share an origin, here as behind a real reverse proxy, so no CORS is needed. */
const gateway = new URL(process.env.GATEWAY_URL ?? 'http://127.0.0.1:4000/graphql');
const path = gateway.pathname === '/' ? '/graphql' : gateway.pathname;
const proxy = { '/graphql': { target: gateway.origin, rewrite: () => path + gateway.search } };

// biome-ignore lint/style/noDefaultExport: Vite asks for one
export default defineConfig({ plugins: [react()], server: { proxy }, preview: { proxy } });
