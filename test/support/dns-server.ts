// A DNS server of the test's own on loopback, over UDP and TCP on one port: real packets for c-ares to read.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Answer, decode, encode, type Packet, TRUNCATED_RESPONSE } from 'dns-packet';
import { closeLater } from './close-later';

/** Longest response by UDP without EDNS (RFC 1035 section 4.2.1). */
const MAX_UDP_BYTES = 512;

const RCODES = { FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 } as const;

/**
 * What a name gets: records, an error, nothing at all, or bytes that the test makes of a good response with one MX: by
 * UDP, or after a truncated response by TCP, there with the length in front.
 */
export type Behaviour =
  | readonly Answer[]
  | keyof typeof RCODES
  | 'silence'
  | ((good: Buffer) => Buffer)
  | { readonly tcp: (good: Buffer) => Buffer };

/** By record type and name; without a type, for both. Names that are not in it do not exist. */
export type Zone = Readonly<Record<string, Behaviour>>;

export interface DnsServer {
  /** As `DNS_SERVERS` has it. */
  readonly address: string;
  /** `MX example.com`, or `TCP MX example.com`: every question that arrived. */
  readonly questions: string[];
  /** Resolves when the next question has arrived. */
  nextQuestion(): Promise<void>;
}

export const mx = (name: string, exchange: string, preference = 10): Answer => ({
  type: 'MX',
  name,
  data: { exchange, preference },
});

/** Several strings are one record. */
export const txt = (name: string, ...strings: readonly (string | Buffer)[]): Answer => ({
  type: 'TXT',
  name,
  data: [...strings],
});

export const cname = (name: string, target: string): Answer => ({
  type: 'CNAME',
  name,
  data: target,
});

export async function startDnsServer(zone: Zone): Promise<DnsServer> {
  const questions: string[] = [];
  const waiting: (() => void)[] = [];
  const respond = (message: Buffer, isTcp: boolean): Buffer | undefined => {
    const { id = 0, questions: [question] = [] } = decode(message);
    const { type = '', name = '' } = question ?? {};
    questions.push(`${isTcp ? 'TCP ' : ''}${type} ${name}`);
    for (const resolve of waiting.splice(0)) {
      resolve();
    }
    const packet: Packet = { id, type: 'response', questions: question ? [question] : [] };
    const toBytes = (answers: readonly Answer[]) => {
      const bytes = encode({ ...packet, answers: [...answers] });
      return isTcp ? withLength(bytes) : bytes;
    };
    const truncated = encode({ ...packet, flags: TRUNCATED_RESPONSE });
    const behaviour = zone[`${type} ${name}`] ?? zone[name] ?? 'NXDOMAIN';
    if (behaviour === 'silence') {
      return undefined;
    }
    if (typeof behaviour === 'string') {
      return encode({ ...packet, flags: RCODES[behaviour] });
    }
    const good = [mx(name, 'mail.example.net')];
    if (typeof behaviour === 'function') {
      return behaviour(toBytes(good));
    }
    if ('tcp' in behaviour) {
      return isTcp ? behaviour.tcp(toBytes(good)) : truncated;
    }
    const whole = toBytes(behaviour);
    return !isTcp && whole.length > MAX_UDP_BYTES ? truncated : whole;
  };

  const tcp = createServer((socket) => serveTcp(socket, (message) => respond(message, true)));
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4', (message, { port: toPort, address }) => {
    const response = respond(message, false);
    if (response) {
      udp.send(response, toPort, address);
    }
  });
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  closeLater(() => {
    udp.close();
    tcp.close();
  });
  return {
    address: `127.0.0.1:${port}`,
    questions,
    nextQuestion: () => new Promise((resolve) => waiting.push(resolve)),
  };
}

/** By TCP two octets with the length come first (RFC 1035 section 4.2.2). */
function withLength(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

function serveTcp(socket: Socket, respond: (message: Buffer) => Buffer | undefined): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
      const end = 2 + received.readUInt16BE(0);
      const response = respond(received.subarray(2, end));
      received = received.subarray(end);
      if (response) {
        socket.write(response);
      }
    }
  });
}
