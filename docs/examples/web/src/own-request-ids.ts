// The x-request-ids that this tab has sent, so that an attempt is known as one's own also after a reload.
const KEY = 'own-request-ids';

/** Ids that are kept, the newest first. */
const MAX_IDS = 50;

const readIds = () => sessionStorage.getItem(KEY)?.split(' ') ?? [];

export function createRequestId(): string {
  const id = crypto.randomUUID();
  sessionStorage.setItem(KEY, [id, ...readIds()].slice(0, MAX_IDS).join(' '));
  return id;
}

export function isOwnRequestId(id: string): boolean {
  return readIds().includes(id);
}
