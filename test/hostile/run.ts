// One run: documents sent one after the other, each held to the bounds.
import { buildSubgraphSchema } from '@apollo/subgraph';
import fc from 'fast-check';
import { parse, validate } from 'graphql';
import { ALL_SCOPES } from '../../src/domain/caller';
import { printGatewaySchema } from '../../src/graphql/schema';
import type { Cost, MeasuredGateway } from './measured-gateway';
import { type RandomRequest, randomRequest } from './random-request';

const MAX_RESPONSE_BYTES = 2_000_000;
const MAX_CPU_MS = 2_000;
/** Fifty orders are read, each with a line, and ten mutations name 250 recipients each. */
const MAX_LOG_LINES = 200;
const MAX_LOG_BYTES = 250_000;

/** Violations after which a run ends. */
const MAX_VIOLATIONS = 10;

/** Characters of a request that are shown with a violation. */
const MAX_SHOWN_QUERY = 2_500;
const MAX_SHOWN_VARIABLES = 1_000;

const SCHEMA = buildSubgraphSchema(parse(printGatewaySchema()));

export interface Caller {
  readonly sub: string;
  readonly scope: string;
}

const caller: fc.Arbitrary<Caller> = fc.record({
  // So many that the quota of one does not stop all.
  sub: fc.nat({ max: 500 }).map((index) => `caller-${index}`),
  scope: fc.oneof(
    { weight: 8, arbitrary: fc.constant([...ALL_SCOPES].join(' ')) },
    { weight: 1, arbitrary: fc.constantFrom(...ALL_SCOPES) },
    { weight: 1, arbitrary: fc.constant('') },
  ),
});

/** Some are sent twice: what is known of a document goes another way. */
const times = fc.oneof(
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constant(2) },
);

/** What a request did that none may do. */
function findViolations(cost: Cost, isAlive: boolean): readonly string[] {
  const { responseBytes, cpuMs, logLines, logBytes, errorEvents } = cost;
  return [
    ...(cost.status === 0 ? ['no response'] : []),
    ...(responseBytes > MAX_RESPONSE_BYTES ? [`a response of ${responseBytes} bytes`] : []),
    ...(cpuMs > MAX_CPU_MS ? [`${cpuMs} ms of processor time`] : []),
    ...(logLines > MAX_LOG_LINES ? [`${logLines} lines of log`] : []),
    ...(logBytes > MAX_LOG_BYTES ? [`${logBytes} bytes of log`] : []),
    ...errorEvents.slice(0, 1).map((event) => `${errorEvents.length} error events: ${event}`),
    ...(isAlive ? [] : ['the process ended']),
  ];
}

function isExecuted({ status, text }: Cost): boolean {
  // A response of more than what is kept of it had data.
  return status === 200 && /"data":\{/.test(text);
}

/** Sends documents one after the other and returns what they did. */
export class Run {
  readonly violations: string[] = [];
  readonly costs: Omit<Cost, 'text'>[] = [];
  readonly told = new Map<string, number>();
  readonly #resident: number[] = [];

  constructor(
    private readonly gateway: MeasuredGateway,
    private readonly getToken: (caller: Caller) => Promise<string>,
  ) {}

  /** Returns the resident memory after garbage collections, in bytes; NaN when the run had ended before. */
  async send(documents: number, seed: number): Promise<number> {
    const begin = this.#resident.length;
    const property = fc.asyncProperty(randomRequest(SCHEMA), caller, times, (request, who, count) =>
      this.#send(request, who, count),
    );
    const { errorInstance } = await fc.check(property, {
      seed,
      numRuns: documents,
      endOnFailure: true,
      // Bias is towards small numbers, which here would be towards small documents.
      unbiased: true,
    });
    // Else it was ended here.
    if (errorInstance && this.#mayGoOn()) {
      throw errorInstance;
    }
    // V8 collects when it pleases: a low sample is one after a collection.
    const samples = this.#resident.slice(begin).sort((one, other) => one - other);
    return samples[Math.floor(samples.length / 10)] ?? Number.NaN;
  }

  /** Requests by what became of them, and the most that one of them cost. */
  summary(): string {
    const max = (name: Exclude<keyof Cost, 'text' | 'errorEvents'>) =>
      Math.max(...this.costs.map((cost) => cost[name]));
    const told = [...this.told].sort(([, one], [, other]) => other - one);
    return (
      `${this.costs.length} requests, ${JSON.stringify(Object.fromEntries(told))}; at most ` +
      `${max('responseBytes')} bytes, ${max('cpuMs')} ms of processor time, ` +
      `${max('logLines')} lines and ${max('logBytes')} bytes of log`
    );
  }

  #mayGoOn(): boolean {
    return this.gateway.isAlive() && this.violations.length < MAX_VIOLATIONS;
  }

  /** False: the run has to end. */
  async #send(request: RandomRequest, who: Caller, count: number): Promise<boolean> {
    expect(validate(SCHEMA, parse(request.query))).toEqual([]);
    const body = JSON.stringify(request);
    for (let index = 0; index < count && this.#mayGoOn(); index += 1) {
      const { text, ...cost } = await this.gateway.send(body, await this.getToken(who));
      this.costs.push(cost);
      this.#resident.push(this.gateway.memory().residentBytes);
      const told = isExecuted({ text, ...cost }) ? 'executed' : tellRefusal(cost.status, text);
      this.told.set(told, (this.told.get(told) ?? 0) + 1);
      const found = findViolations({ text, ...cost }, this.gateway.isAlive());
      if (found.length > 0) {
        this.violations.push(`${found.join('; ')}: scope "${who.scope}", ${describe(request)}`);
      }
    }
    return this.#mayGoOn();
  }
}

/** Enough to see what is requested; the seed repeats the rest. */
function describe({ query, variables }: RandomRequest): string {
  const values = JSON.stringify(variables).slice(0, MAX_SHOWN_VARIABLES);
  // A long alias says no more than a short one.
  const text = query.replace(/_{20,}/g, '__…__').slice(0, MAX_SHOWN_QUERY);
  return `variables ${values}, ${text}`;
}

function tellRefusal(status: number, text: string): string {
  const [, code] = /"validationErrorCode":"(\w+)"/.exec(text) ?? /"code":"(\w+)"/.exec(text) ?? [];
  return status === 0 ? 'no response' : `${status} ${code}`;
}
