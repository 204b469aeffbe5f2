// What each library has to show, and how it is said. What a team would copy is in the library's own file.

/** Each resolves with a text: what a user sees of the result, or what the library says in place of one. */
export interface Library {
  resend(url: string, orderId: string): Promise<string>;
  readStatus(url: string, orderId: string): Promise<string>;
  /** What the library offers that may repeat a mutation or send it later: as it comes, and made safe. */
  readonly features?: Readonly<Record<string, Feature>>;
}

export interface Feature {
  readonly asItComes: Library['resend'];
  readonly madeSafe: Library['resend'];
}

/** For the code of the first error; without one there was no response, so emails may have been sent. */
export function toRefusal(code: unknown): string {
  return code === undefined ? 'no response' : `refused: ${code}`;
}
