// Which responses a connection still waits for.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { createClientErrorHandler } from '../../src/http/http-errors';
import { PendingResponses } from '../../src/http/pending-responses';

function startExchange(pendingResponses: PendingResponses) {
  const socket = new Socket();
  // What is not connected is not writable either.
  Object.defineProperty(socket, 'writable', { value: true });
  const request = Object.assign(new IncomingMessage(socket), { complete: true });
  const response = new ServerResponse(request);
  pendingResponses.add(request, response);
  return { socket, finish: () => response.emit('finish') };
}

it('a client that sends garbage repeatedly before its response is disconnected once, after it', () => {
  const pendingResponses = new PendingResponses();
  const { socket, finish } = startExchange(pendingResponses);
  const end = jest.spyOn(socket, 'end');
  const handleError = createClientErrorHandler(pendingResponses, []);

  for (let packet = 0; packet < 1_000; packet += 1) {
    handleError(new Error('Parse Error'), socket);
  }
  expect(end).not.toHaveBeenCalled();
  finish();

  expect(end).toHaveBeenCalledTimes(1);
});

it('every connection has a callback of its own, and all together have one', () => {
  const pendingResponses = new PendingResponses();
  const [one, other] = [startExchange(pendingResponses), startExchange(pendingResponses)];
  const called: string[] = [];
  pendingResponses.whenResponded(one.socket, () => called.push('one'));
  pendingResponses.whenResponded(other.socket, () => called.push('other'));
  pendingResponses.whenResponded(undefined, () => called.push('all'));

  other.finish();
  expect(called).toEqual(['other']);
  one.finish();
  expect(called).toEqual(['other', 'one', 'all']);
});
