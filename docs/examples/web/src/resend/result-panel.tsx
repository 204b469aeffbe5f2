// One state of the page for each member of the union.
import type {
  ResendDvEmailsErrorReason,
  ResendDvEmailsRateLimitScope,
  ResendDvEmailsResult,
} from 'dv-email-gateway-client';
import { LastResend } from '../order/last-resend';
import { AcceptedPanel } from './accepted-panel';
import { DigicertErrors } from './digicert-errors';
import { InvalidInputPanel } from './invalid-input-panel';
import { Panel } from './panel';
import type { Recipient } from './recipients';

interface Props {
  readonly result: ResendDvEmailsResult;
  readonly recipients: readonly Recipient[];
  /** Whether nothing was entered for the attempt. */
  readonly isEmpty: boolean;
  /** Until the next attempt. */
  readonly secondsLeft: number;
}

/** The one enum also has the reasons of `ResendDvEmailsUpstreamError`. */
const NOT_ELIGIBLE: Partial<Record<ResendDvEmailsErrorReason, string>> = {
  ORDER_NOT_PENDING: 'The order no longer waits for approval',
  ORDER_NOT_READY: 'There are no approval emails yet',
  DCV_METHOD_NOT_EMAIL: 'This order is not approved by email',
  NOT_A_DV_ORDER: 'The order is for an OV or EV certificate',
};

const RATE_LIMITED: Record<ResendDvEmailsRateLimitScope, string> = {
  DIGICERT: 'No more requests can be made to DigiCert for the moment',
  COOLDOWN: 'It is too early for these emails',
  CALLER: 'You have made too many requests',
};

export function ResultPanel({ result, recipients, isEmpty, secondsLeft }: Props) {
  switch (result.__typename) {
    case 'ResendDvEmailsSuccess':
      return <AcceptedPanel result={result} recipients={recipients} />;
    case 'ResendDvEmailsInvalidInputError':
      return <InvalidInputPanel result={result} recipients={recipients} isEmpty={isEmpty} />;
    case 'ResendDvEmailsOrderNotFoundError':
      return <Panel tone="error" heading={`There is no order ${result.orderId}`} {...result} />;
    case 'ResendDvEmailsOrderNotEligibleError':
      return (
        <Panel
          tone="error"
          heading={NOT_ELIGIBLE[result.reason] ?? 'This order has no approval emails'}
          {...result}
        >
          <DigicertErrors errors={result.digicertErrors} />
        </Panel>
      );
    case 'ResendDvEmailsAccessDeniedError':
      return (
        <Panel tone="error" heading="DigiCert does not allow it" {...result}>
          <DigicertErrors errors={result.digicertErrors} />
        </Panel>
      );
    case 'ResendDvEmailsRateLimitedError':
      // Its message has the seconds too, as they were.
      return (
        <Panel
          tone="warning"
          heading={RATE_LIMITED[result.scope] ?? 'Too many requests'}
          message="This time nothing was sent."
          correlationId={result.correlationId}
        >
          {result.lastResend && <LastResend resend={result.lastResend} />}
          {/* Not read out at every tick, though the panel is an alert. */}
          <p aria-live="off">
            {secondsLeft > 0 ? `Try again in ${secondsLeft} s.` : 'The wait is over.'}
          </p>
        </Panel>
      );
    case 'ResendDvEmailsUpstreamError':
      return result.emailsMayHaveBeenSent ? (
        <Panel tone="warning" heading="The emails may have been sent" {...result} />
      ) : (
        <Panel tone="error" heading="The emails were not sent" {...result} />
      );
    default:
      return <Panel tone="error" heading="Another result" {...toLaterMember(result)} />;
  }
}

/** What every error has, those too that the API gets after this page was built. */
interface LaterMember {
  readonly message?: string;
  readonly correlationId?: string;
}

/** Takes nothing while every member has its case: with one more in the schema, this does not compile. */
function toLaterMember(result: never): LaterMember {
  return result;
}
