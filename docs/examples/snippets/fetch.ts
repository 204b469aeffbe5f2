import {
  ResendDvEmailsDocument,
  type ResendDvEmailsMutation,
  type ResendDvEmailsMutationVariables,
} from 'dv-email-gateway-client';
import { print } from 'graphql';
import { type Notice, toFailureNotice, toNotice } from './notice';

interface Answer {
  readonly data?: ResendDvEmailsMutation | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

/** Longer than the gateway's own deadline, 10 s: a client that times out first never learns the outcome. */
const TIMEOUT_MS = 15_000;

export async function resend(
  url: string,
  variables: ResendDvEmailsMutationVariables,
): Promise<Notice> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: print(ResendDvEmailsDocument), variables }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // Errors come as JSON too, with status 401 and the like.
    const { data, errors } = (await response.json()) as Answer;
    const result = data?.resendDvEmails;
    return result ? toNotice(result) : toFailureNotice(errors?.[0]?.extensions?.code);
  } catch {
    return toFailureNotice(undefined);
  }
}
