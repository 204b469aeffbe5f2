import { mutationOptions } from '@tanstack/react-query';
import {
  ResendDvEmailsDocument,
  type ResendDvEmailsMutationVariables,
} from 'dv-email-gateway-client';
import { ClientError, request } from 'graphql-request';
import { type Notice, toFailureNotice, toNotice } from './notice';

/** For `useMutation`: its `data` is what to show, also when there is no result. */
export const toResendOptions = (url: string) =>
  mutationOptions({
    mutationFn: (variables: ResendDvEmailsMutationVariables) => resend(url, variables),
    // By default a mutation without a network is kept and sent later, when it may no longer be wanted.
    networkMode: 'always',
  });

/** Rejects never, so that no `retry` of the page's defaults calls it again. */
async function resend(url: string, variables: ResendDvEmailsMutationVariables): Promise<Notice> {
  try {
    const { resendDvEmails } = await request(url, ResendDvEmailsDocument, variables);
    return resendDvEmails ? toNotice(resendDvEmails) : toFailureNotice(undefined);
  } catch (error) {
    const errors = error instanceof ClientError ? error.response.errors : undefined;
    return toFailureNotice(errors?.[0]?.extensions.code);
  }
}
