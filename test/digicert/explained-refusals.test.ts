// A refusal: what DigiCert says of it, and the order itself, over real HTTP, asserting the whole GraphQL response.
import { html, json, raw } from '../../src/simulator/responders';
import {
  codes,
  GET,
  invalidInput,
  itMapsEach,
  notEligible,
  ORDER_NOT_FOUND,
  type OutcomeRow,
  order,
  PENDING_DV,
  PUT,
  raws,
} from '../support/outcome-rows';

describe('a refusal', () => {
  itMapsEach([
    [
      '400 with codes, order in order -> InvalidInput',
      order(json(400, codes('a|b', 'c')), PENDING_DV),
      invalidInput(raws('a|b', 'c')),
      [PUT, GET],
    ],
    [
      '422 with codes, order in order -> InvalidInput',
      order(json(422, codes('a')), PENDING_DV),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order in reissue -> InvalidInput: it is pending too',
      order(json(400, codes('a')), { ...PENDING_DV, status: 'reissue_pending' }),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order info unknown -> InvalidInput',
      order(json(400, codes('a'))),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order info says nothing -> InvalidInput',
      order(json(400, codes('a')), {}),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '400, order issued -> ORDER_NOT_PENDING',
      order(json(400, codes('a')), { ...PENDING_DV, status: 'issued' }),
      notEligible('ORDER_NOT_PENDING', 'issued', 'email', raws('a')),
      [PUT, GET],
    ],
    [
      '400 without any code, order issued -> ORDER_NOT_PENDING',
      order(raw(400, '', {}), { status: 'issued' }),
      notEligible('ORDER_NOT_PENDING', 'issued', null, []),
      [PUT, GET],
    ],
    [
      '422, DNS method -> DCV_METHOD_NOT_EMAIL',
      order(json(422, codes('a')), { ...PENDING_DV, dcv_method: 'dns-txt-token' }),
      notEligible('DCV_METHOD_NOT_EMAIL', 'pending', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, OV product -> NOT_A_DV_ORDER',
      order(json(400, codes('a')), { ...PENDING_DV, product: { name_id: 'ssl_basic' } }),
      notEligible('NOT_A_DV_ORDER', 'pending', 'email', raws('a')),
      [PUT, GET],
    ],
    [
      '400, product known by its validation type alone -> NOT_A_DV_ORDER',
      order(json(400, codes('a')), { product: { validation_type: 'ov' } }),
      notEligible('NOT_A_DV_ORDER', null, null, raws('a')),
      [PUT, GET],
    ],
    [
      '400, OV order already issued -> ORDER_NOT_PENDING: the status decides first',
      order(json(400, codes('a')), {
        status: 'issued',
        dcv_method: 'dns-txt-token',
        product: { name_id: 'ssl_basic' },
      }),
      notEligible('ORDER_NOT_PENDING', 'issued', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, pending OV order with a DNS method -> DCV_METHOD_NOT_EMAIL: the method before the product',
      order(json(400, codes('a')), {
        status: 'pending',
        dcv_method: 'dns-txt-token',
        product: { name_id: 'ssl_basic' },
      }),
      notEligible('DCV_METHOD_NOT_EMAIL', 'pending', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    ...[
      'issued',
      'rejected',
      'revoked',
      'canceled',
      'expired',
      'waiting_pickup',
      'Issued',
      'WAITING_PICKUP',
    ].map(
      (status): OutcomeRow => [
        `400, order ${status} -> ORDER_NOT_PENDING, in any case`,
        order(json(400, codes('a')), { ...PENDING_DV, status }),
        notEligible('ORDER_NOT_PENDING', status, 'email', raws('a')),
        [PUT, GET],
      ],
    ),
    ...['needs_approval', 'needs_csr', 'Needs_Approval'].map(
      (status): OutcomeRow => [
        `422, order ${status} -> ORDER_NOT_READY`,
        order(json(422, codes('a')), { ...PENDING_DV, status }),
        notEligible('ORDER_NOT_READY', status, 'email', raws('a')),
        [PUT, GET],
      ],
    ),
    ...['processing', 'a status of tomorrow'].map(
      (status): OutcomeRow => [
        `400, order ${status} -> InvalidInput: no conclusion from it`,
        order(json(400, codes('a')), { ...PENDING_DV, status }),
        invalidInput(raws('a')),
        [PUT, GET],
      ],
    ),
    [
      '400, status not known, method by DNS -> DCV_METHOD_NOT_EMAIL',
      order(json(400, codes('a')), { status: 'processing', dcv_method: 'http-token' }),
      notEligible('DCV_METHOD_NOT_EMAIL', 'processing', 'http-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, method EMAIL in capitals -> InvalidInput: the same method',
      order(json(400, codes('a')), { ...PENDING_DV, dcv_method: 'EMAIL' }),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    ...[
      { validation_type: 'OV' },
      { validation_type: 'EV' },
      { validation_type: 'ev', name_id: 'ssl_dv_geotrust' },
      ...[
        'ssl_plus',
        'ssl_multi_domain',
        'ssl_wildcard',
        'ssl_ev_plus',
        'ssl_ev_multi_domain',
        'ssl_securesite',
        'ssl_securesite_pro',
      ].map((name_id) => ({ name_id })),
    ].map(
      (product): OutcomeRow => [
        `400, product ${JSON.stringify(product)} -> NOT_A_DV_ORDER`,
        order(json(400, codes('a')), { ...PENDING_DV, product }),
        notEligible('NOT_A_DV_ORDER', 'pending', 'email', raws('a')),
        [PUT, GET],
      ],
    ),
    ...[
      { validation_type: 'DV' },
      { validation_type: 'DV', name_id: 'ssl_basic' },
      { name_id: 'ssl123_flex' },
      { name_id: 'wildcard_dv_geotrust' },
      { name_id: 'a product of tomorrow' },
      { name_id: 'ssl_advanced' },
      {},
    ].map(
      (product): OutcomeRow => [
        `400, product ${JSON.stringify(product)} -> InvalidInput: not known not to be DV`,
        order(json(400, codes('a')), { ...PENDING_DV, product }),
        invalidInput(raws('a')),
        [PUT, GET],
      ],
    ),
    [
      '400, DNS order already issued -> ORDER_NOT_PENDING',
      order(json(400, codes('a')), { status: 'issued', dcv_method: 'dns-txt-token' }),
      notEligible('ORDER_NOT_PENDING', 'issued', 'dns-txt-token', raws('a')),
      [PUT, GET],
    ],
    [
      '400, DV by its validation type alone -> InvalidInput',
      order(json(400, codes('a')), {
        ...PENDING_DV,
        product: { name_id: 'ssl_new_name', validation_type: 'dv' },
      }),
      invalidInput(raws('a')),
      [PUT, GET],
    ],
    [
      '422 with HTML, order issued -> ORDER_NOT_PENDING',
      order(html(422, 'No'), { status: 'issued' }),
      notEligible('ORDER_NOT_PENDING', 'issued', null, []),
      [PUT, GET],
    ],
    ['404 not_found|order -> OrderNotFound', undefined, ORDER_NOT_FOUND, [PUT]],
    ...[
      ['{"error": {..}}', { error: { code: 'a', message: 'about a' } }, raws('a')] as const,
      ['{"error": [..]}', { error: [{ code: 'a', message: 'about a' }] }, raws('a')] as const,
      ['{"message": ..}', { message: 'No' }, [{ code: null, message: 'No' }]] as const,
      ['{"code": .., "message": ..}', { code: 'a', message: 'about a' }, raws('a')] as const,
      [
        'a number as code',
        { errors: [{ code: 17, message: 'No' }] },
        [{ code: null, message: 'No' }],
      ] as const,
      [
        'a number in a text as code',
        { errors: [{ code: '403', message: 'No' }] },
        [{ code: null, message: 'No' }],
      ] as const,
      [
        'an empty list beside "error"',
        { errors: [], error: { code: 'a' } },
        [{ code: 'a', message: null }],
      ] as const,
    ].map(
      ([name, body, errors]): OutcomeRow => [
        `400 with ${name} -> InvalidInput with what it says`,
        order(json(400, body), PENDING_DV),
        invalidInput(errors),
        [PUT, GET],
      ],
    ),
  ]);
});
