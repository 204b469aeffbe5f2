// Attempts of this tab that may have mailed people, by order: a reload would forget them, and not every order can be read.
const KEY = 'doubts';

/** Orders that are kept, the newest last. */
const MAX_DOUBTS = 50;

/** By which the attempt is known in an order's `lastResend`: its correlation id, or when it was made. */
export type Doubt = string;

/** By order; a list, as an object would put numbers into an order of their own. */
const readDoubts = () => new Map<string, Doubt>(JSON.parse(sessionStorage.getItem(KEY) ?? '[]'));

export function readDoubt(orderId: string): Doubt | undefined {
  return readDoubts().get(orderId);
}

export function keepDoubt(orderId: string, doubt: Doubt | undefined): void {
  const doubts = readDoubts();
  doubts.delete(orderId);
  if (doubt !== undefined) {
    doubts.set(orderId, doubt);
  }
  sessionStorage.setItem(KEY, JSON.stringify([...doubts].slice(-MAX_DOUBTS)));
}
