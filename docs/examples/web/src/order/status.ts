// DigiCert's words for the state of an order or a domain, in plain English.

const WORDS: Readonly<Record<string, string>> = {
  reissue_pending: 'reissue pending',
  processing: 'being processed',
  needs_approval: 'needs an approval in the DigiCert account',
  needs_csr: 'needs a CSR',
  waiting_pickup: 'ready for pickup',
};

/** An open set: one that is not known is shown as it is, with spaces. */
export function toStatusWords(status: string | null | undefined): string {
  if (!status) {
    return 'unknown';
  }
  const word = status.toLowerCase();
  return Object.hasOwn(WORDS, word) ? String(WORDS[word]) : status.replaceAll('_', ' ');
}

/** A reissue is validated as an order is. */
export function isPending(status: string | null | undefined): boolean {
  return ['pending', 'reissue_pending'].includes(status?.toLowerCase() ?? '');
}
