// Hive Gateway asks subgraphs by the hash of a document first.
export const gatewayConfig = { transportEntries: { '*.http': { options: { apq: true } } } };
