/** What is fetched or sent there must not be read or replaced on the way. */
export function parseSecureUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new Error('is no URL: give one that begins with https://.');
  }
  const url = new URL(text);
  if (url.username || url.password || url.hash) {
    throw new Error('must be a plain URL, without user, password or fragment.');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new Error(
      `begins with ${url.protocol}//${url.host}: give https, or http to this machine alone.`,
    );
  }
  return url;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}
