// What DNS says of the simulated orders' domains: the same with a network and without one.
import type { LookUp } from '../domain/mail-dns';

/** Its servers never respond. */
const SILENT = 'evora.example';

const CONTACTS = { '_validation-contactemail.example.com': ['tls@example.com'] };

/** Mail servers are at registered domains, and not at the names below them, as it mostly is. */
export const simulateLookUp: LookUp = async (type, name) => {
  if (name === SILENT || name.endsWith(`.${SILENT}`)) {
    return undefined;
  }
  if (type === 'TXT') {
    return CONTACTS[name as keyof typeof CONTACTS] ?? [];
  }
  return name.split('.').length === 2 ? [`mail.${name}`] : [];
};
