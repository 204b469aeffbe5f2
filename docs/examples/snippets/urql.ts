import { Client, fetchExchange } from '@urql/core';
import {
  ResendDvEmailsDocument,
  type ResendDvEmailsMutationVariables,
} from 'dv-email-gateway-client';
import { type Notice, toFailureNotice, toNotice } from './notice';

/** No retryExchange: an exchange that repeats a mutation sends the emails again. */
export function createClient(url: string): Client {
  // By default urql sends a query by GET without a content type, which the gateway refuses (CSRF).
  return new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
}

export async function resend(
  client: Client,
  variables: ResendDvEmailsMutationVariables,
): Promise<Notice> {
  const { data, error } = await client.mutation(ResendDvEmailsDocument, variables).toPromise();
  const result = data?.resendDvEmails;
  return result ? toNotice(result) : toFailureNotice(error?.graphQLErrors[0]?.extensions.code);
}
