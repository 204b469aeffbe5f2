import { CertificateOrderDocument, ResendDvEmailsDocument } from 'dv-email-gateway-client';
import { ClientError, request } from 'graphql-request';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

export const library: Library = {
  resend: async (url, orderId) => {
    try {
      const { resendDvEmails: result } = await request(url, ResendDvEmailsDocument, { orderId });
      return result ? tell(result) : toRefusal(undefined);
    } catch (error) {
      return toRefusal(
        error instanceof ClientError ? error.response.errors?.[0]?.extensions.code : undefined,
      );
    }
  },
  readStatus: async (url, id) => {
    const { certificateOrder } = await request(url, CertificateOrderDocument, { id });
    return String(certificateOrder?.status);
  },
};
