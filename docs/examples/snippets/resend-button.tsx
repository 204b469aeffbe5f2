import { useMutation } from '@apollo/client/react';
import { ResendDvEmailsDocument } from 'dv-email-gateway-client';
import { useState } from 'react';
import { toThrownNotice } from './apollo-client';
import { type Notice, toFailureNotice, toNotice } from './notice';

export function ResendButton({ orderId }: { readonly orderId: string }) {
  const [notice, setNotice] = useState<Notice>();
  const [resend, { loading }] = useMutation(ResendDvEmailsDocument);

  async function handleClick() {
    try {
      const { data } = await resend({ variables: { orderId } });
      const result = data?.resendDvEmails;
      setNotice(result ? toNotice(result) : toFailureNotice(undefined));
    } catch (error) {
      setNotice(toThrownNotice(error));
    }
  }

  return (
    <>
      <button type="button" disabled={loading} onClick={handleClick}>
        Resend the approval emails
      </button>
      <p role="status">{notice?.text}</p>
    </>
  );
}
