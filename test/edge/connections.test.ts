// What is remembered of a connection.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Connections } from '../../src/server/connections';
import { createClientErrorHandler } from '../../src/server/http-errors';

function startExchange(connections: Connections) {
  const socket = new Socket();
  // What is not connected is not writable either.
  Object.defineProperty(socket, 'writable', { value: true });
  const request = Object.assign(new IncomingMessage(socket), { complete: true });
  const response = new ServerResponse(request);
  connections.add(request, response);
  return { socket, answer: () => response.emit('finish') };
}

it('a client that sends garbage again and again before its answer is hung up on once, after it', () => {
  const connections = new Connections();
  const { socket, answer } = startExchange(connections);
  const end = jest.spyOn(socket, 'end');
  const handleError = createClientErrorHandler(connections);

  for (let packet = 0; packet < 1_000; packet += 1) {
    handleError(new Error('Parse Error'), socket);
  }
  expect(end).not.toHaveBeenCalled();
  answer();

  expect(end).toHaveBeenCalledTimes(1);
});

it('every connection has a callback of its own, and all together have one', () => {
  const connections = new Connections();
  const [one, other] = [startExchange(connections), startExchange(connections)];
  const called: string[] = [];
  connections.whenAnswered(one.socket, () => called.push('one'));
  connections.whenAnswered(other.socket, () => called.push('other'));
  connections.whenAnswered(undefined, () => called.push('all'));

  other.answer();
  expect(called).toEqual(['other']);
  one.answer();
  expect(called).toEqual(['other', 'one', 'all']);
});
