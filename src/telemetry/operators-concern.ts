import type { UpstreamFailure } from '../domain/outcome';

export const OPERATORS_HINT =
  'DigiCert refuses the gateway itself: check DIGICERT_API_KEY and DIGICERT_BASE_URL';

/** Failures that nobody but the gateway's operators can mend: logged as errors, to be alerted on. */
export function isOperatorsConcern(reason: UpstreamFailure): boolean {
  return reason === 'CREDENTIALS_REJECTED' || reason === 'MISCONFIGURED';
}
