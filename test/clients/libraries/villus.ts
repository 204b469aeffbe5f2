import { CertificateOrderDocument, ResendDvEmailsDocument } from 'dv-email-gateway-client';
import { createClient } from 'villus';
import { type Library, toRefusal } from './library';
import { tell } from './tell';

export const library: Library = {
  resend: async (url, orderId) => {
    const { data, error } = await createClient({ url }).executeMutation({
      query: ResendDvEmailsDocument,
      variables: { orderId },
    });
    const result = data?.resendDvEmails;
    return result ? tell(result) : toRefusal(error?.graphqlErrors?.[0]?.extensions.code);
  },
  readStatus: async (url, id) => {
    const { data, error } = await createClient({ url }).executeQuery({
      query: CertificateOrderDocument,
      variables: { id },
    });
    return data?.certificateOrder?.status ?? String(error);
  },
};
