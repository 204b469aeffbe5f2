// In every shape of an error body, all of DigiCert's errors reach the caller, bounded.
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { json, type Responder, raw } from '../../src/simulator/responders';
import { startTestApp } from '../support/test-app';

const ORDER_ID = '5555';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const ONE = { code: 'some|code', message: 'Some message' };
const ONE_BODY = JSON.stringify({ errors: [ONE] });

function fiftyErrors(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    code: `code|${index}`,
    message: `Message ${index}`,
  }));
}

async function resendTo(resend: Responder) {
  const app = await startTestApp({ orders: { [ORDER_ID]: { summary: 'x', resend } } });
  const response = await app.resend(ORDER_ID);
  app.takeUpstreamRequests();
  return response.data?.resendDvEmails;
}

describe('a 400 whose body DigiCert meant to be understood', () => {
  it.each<[string, Responder, readonly object[]]>([
    ['errors as a list', json(400, { errors: [ONE] }), [ONE]],
    ['errors as one object', json(400, { errors: ONE }), [ONE]],
    [
      'description in place of message',
      json(400, { errors: [{ code: 'a', description: 'Why' }] }),
      [{ code: 'a', message: 'Why' }],
    ],
    ['no message', json(400, { errors: [{ code: 'a' }] }), [{ code: 'a', message: null }]],
    ['no code', json(400, { errors: [{ message: 'Why' }] }), [{ code: null, message: 'Why' }]],
    ['errors as one text', json(400, { errors: 'Why' }), [{ code: null, message: 'Why' }]],
    [
      'message and description, of which the message counts',
      json(400, { errors: [{ code: 'a', description: 'No', message: 'Yes' }] }),
      [{ code: 'a', message: 'Yes' }],
    ],
    [
      'half a surrogate pair, made whole',
      json(400, { errors: [{ code: '\ud800', message: `${'x'.repeat(999)}\u{1f600}` }] }),
      [{ code: '\ufffd', message: `${'x'.repeat(999)}\ufffd` }],
    ],
    [
      'control, bidirectional and invisible characters, shown escaped',
      json(400, {
        errors: [
          { code: 'a\u001b[2J\u202eb', message: '\u0007\u007f\u009b\u2028\u200b\ufe0f\u{e0001}' },
        ],
      }),
      [
        {
          code: 'a\\u001b[2J\\u202eb',
          message: '\\u0007\\u007f\\u009b\\u2028\\u200b\\ufe0f\\udb40\\udc01',
        },
      ],
    ],
    [
      'line breaks and tabs, as spaces',
      json(400, { errors: [{ code: 'a\tb', message: 'One\r\ntwo\nthree\rfour' }] }),
      [{ code: 'a b', message: 'One two three four' }],
    ],
    [
      'escapes that make a message longer, cut',
      json(400, { errors: [{ code: 'a', message: '\u001b'.repeat(5_000) }] }),
      [{ code: 'a', message: '\\u001b'.repeat(167).slice(0, 1000) }],
    ],
    [
      'a number as code, which is none',
      json(400, { errors: [{ code: 12, message: 'No' }] }),
      [{ code: null, message: 'No' }],
    ],
    [
      'entries of another kind among them',
      json(400, { errors: [null, 'text', true, [], {}, { code: {}, message: [] }, ONE] }),
      [{ code: null, message: 'text' }, ONE],
    ],
    ['50 errors', json(400, { errors: fiftyErrors(50) }), fiftyErrors(50)],
    ['more than 50 errors, cut', json(400, { errors: fiftyErrors(300) }), fiftyErrors(50)],
    [
      'a message without end, cut',
      json(400, { errors: [{ code: 'a', message: 'x'.repeat(60_000) }] }),
      [{ code: 'a', message: 'x'.repeat(1000) }],
    ],
    [
      'a content type with a charset',
      raw(400, ONE_BODY, { 'Content-Type': 'application/json; charset=utf-8' }),
      [ONE],
    ],
    ['JSON called text', raw(400, ONE_BODY, { 'Content-Type': 'text/plain' }), [ONE]],
    ['a byte order mark', raw(400, `\uFEFF${ONE_BODY}`, JSON_TYPE), [ONE]],
    [
      'invalid UTF-8 inside a message',
      raw(
        400,
        Buffer.concat([
          Buffer.from('{"errors":[{"code":"a","message":"'),
          Buffer.from([0xc3, 0x28]),
          Buffer.from('"}]}'),
        ]),
        JSON_TYPE,
      ),
      [{ code: 'a', message: '\uFFFD(' }],
    ],
    [
      'gzip that was not requested',
      raw(400, gzipSync(ONE_BODY), { ...JSON_TYPE, 'Content-Encoding': 'gzip' }),
      [ONE],
    ],
    [
      'deflate',
      raw(400, deflateSync(ONE_BODY), { ...JSON_TYPE, 'Content-Encoding': 'deflate' }),
      [ONE],
    ],
    [
      'brotli',
      raw(400, brotliCompressSync(ONE_BODY), { ...JSON_TYPE, 'Content-Encoding': 'br' }),
      [ONE],
    ],
  ])('returns %s', async (_name, responder, digicertErrors) => {
    expect(await resendTo(responder)).toMatchObject({
      __typename: 'ResendDvEmailsInvalidInputError',
      digicertErrors,
    });
  });
});

describe('a 400 whose body says nothing', () => {
  it.each<[string, Responder]>([
    ['empty', raw(400, '', JSON_TYPE)],
    ['HTML', raw(400, '<html></html>', { 'Content-Type': 'text/html' })],
    ['XML', raw(400, '<?xml version="1.0"?><errors/>', { 'Content-Type': 'application/xml' })],
    ['JSON cut short', raw(400, '{"errors":[{"code":', JSON_TYPE)],
    ['JSON null', raw(400, 'null', JSON_TYPE)],
    ['a JSON list', raw(400, '[]', JSON_TYPE)],
    ['no errors', json(400, {})],
    ['an empty list of errors', json(400, { errors: [] })],
    ['bytes that are no text', raw(400, Buffer.from([0xff, 0xfe, 0x00, 0x80]), JSON_TYPE)],
    ['longer than 64 KiB', json(400, { errors: [ONE], padding: 'x'.repeat(65_536) })],
    [
      'longer than 64 KiB once decoded',
      raw(400, gzipSync(JSON.stringify({ errors: [ONE], padding: 'x'.repeat(65_536) })), {
        ...JSON_TYPE,
        'Content-Encoding': 'gzip',
      }),
    ],
    [
      'a bomb of 10 MiB in gzip',
      raw(400, gzipSync(JSON.stringify({ errors: [ONE], padding: 'x'.repeat(10_485_760) })), {
        ...JSON_TYPE,
        'Content-Encoding': 'gzip',
      }),
    ],
    ['not the gzip it claims', raw(400, ONE_BODY, { ...JSON_TYPE, 'Content-Encoding': 'gzip' })],
    [
      'in an unknown content coding',
      raw(400, ONE_BODY, { ...JSON_TYPE, 'Content-Encoding': 'constructor' }),
    ],
  ])('is an unexpected response when it is %s', async (_name, responder) => {
    expect(await resendTo(responder)).toMatchObject({
      __typename: 'ResendDvEmailsUpstreamError',
      reason: 'UNEXPECTED_RESPONSE',
      emailsMayHaveBeenSent: false,
    });
  });

  it('takes a body of exactly 64 KiB', async () => {
    const frame = JSON.stringify({ errors: [ONE], padding: '' }).length;
    const padding = 'x'.repeat(64 * 1024 - frame);

    expect(await resendTo(json(400, { errors: [ONE], padding }))).toMatchObject({
      digicertErrors: [ONE],
    });
  });
});
