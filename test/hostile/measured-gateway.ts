// A gateway as a process of its own, with what each request costs it: processor time, memory, log.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { startGateway } from '../support/program';

/** Of Linux, on every architecture that Node.js runs on. */
const MS_PER_CLOCK_TICK = 10;

/** The numeric level of `error` in pino. */
const ERROR_LEVEL = 50;

/** Characters kept of a log event and of what the process wrote when it ended. */
const MAX_EXCERPT = 600;

/** Bytes of a response that are kept to look at; the rest is only counted. */
const MAX_KEPT_BYTES = 2_000_000;

/** Milliseconds after which a request counts as not answered. */
const TIMEOUT_MS = 120_000;

/** Milliseconds in which a process whose connections are lost has ended, if it is going to. */
const END_MS = 2_000;

export interface Cost {
  /** 0: the connection was lost. */
  readonly status: number;
  readonly responseBytes: number;
  /** The first {@link MAX_KEPT_BYTES} of the response. */
  readonly text: string;
  readonly cpuMs: number;
  readonly logLines: number;
  readonly logBytes: number;
  /** Events at level error and above, and lines that are no events. */
  readonly errorEvents: readonly string[];
}

export interface Memory {
  readonly residentBytes: number;
  /** The most it has ever been. */
  readonly peakBytes: number;
}

export type MeasuredGateway = Awaited<ReturnType<typeof startMeasuredGateway>>;

export async function startMeasuredGateway(environment: Record<string, string>) {
  const { program, url } = await startGateway(environment);
  const pid = program.pid ?? 0;
  const log = followLog(program.stdout);
  const dispatcher = new Agent({ headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });

  return {
    isAlive: () => program.exitCode === null && program.signalCode === null,
    memory: () => readMemory(pid),
    /** One at a time: what the process does meanwhile counts for this request. */
    send: async (body: string, token: string): Promise<Cost> => {
      const startedMs = readCpuMs(pid);
      log.take();
      const response = await readResponse(url, body, token, dispatcher);
      // When this is answered, what the request left to do afterwards is done, and its log is written.
      const health = new URL('/livez', url);
      await request(health, { dispatcher }).then(
        (live) => live.body.dump(),
        () => Promise.race([program.closed, sleep(END_MS, undefined, { ref: false })]),
      );
      await new Promise(setImmediate);
      return { ...response, cpuMs: readCpuMs(pid) - startedMs, ...log.take() };
    },
    close: () => dispatcher.destroy(),
  };
}

async function readResponse(url: string, body: string, token: string, dispatcher: Agent) {
  const chunks: Buffer[] = [];
  let responseBytes = 0;
  let status = 0;
  try {
    const response = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      dispatcher,
    });
    for await (const chunk of response.body) {
      responseBytes += chunk.length;
      if (responseBytes <= MAX_KEPT_BYTES) {
        chunks.push(chunk);
      }
    }
    status = response.statusCode;
  } catch {
    // What the status says.
  }
  return { status, responseBytes, text: Buffer.concat(chunks).toString('utf8') };
}

/** NaN when the process has ended. */
function readMemory(pid: number): Memory {
  const status = readOrNothing(`/proc/${pid}/status`);
  const read = (name: string) =>
    1_024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return { residentBytes: read('VmRSS'), peakBytes: read('VmHWM') };
}

/** User and system time of all threads. NaN when the process has ended. */
function readCpuMs(pid: number): number {
  const stat = readOrNothing(`/proc/${pid}/stat`);
  // The name, in parentheses, may hold anything; utime and stime are the 14th and 15th field (proc_pid_stat(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_CLOCK_TICK;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Counts lines as they come; of a line only the beginning is kept, which says its level. */
function followLog(stdout: NodeJS.ReadableStream) {
  let counts = { logLines: 0, logBytes: 0, errorEvents: [] as string[] };
  let begun = '';
  const end = () => {
    const level = /^\{"level":(\d+),/.exec(begun)?.[1];
    counts.logLines += 1;
    if (level === undefined || Number(level) >= ERROR_LEVEL) {
      counts.errorEvents.push(begun);
    }
    begun = '';
  };
  // The test program itself keeps all there is.
  stdout.removeAllListeners('data').on('data', (chunk: string) => {
    counts.logBytes += Buffer.byteLength(chunk);
    const [rest = '', ...lines] = chunk.split('\n');
    begun += rest.slice(0, MAX_EXCERPT - begun.length);
    for (const line of lines) {
      end();
      begun = line.slice(0, MAX_EXCERPT);
    }
  });
  return {
    /** What has come since it was last taken. */
    take: () => {
      const taken = counts;
      counts = { logLines: 0, logBytes: 0, errorEvents: [] };
      return taken;
    },
  };
}
