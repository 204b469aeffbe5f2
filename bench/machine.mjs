// The machine: what it is, and which of its processors belong to the program that is measured.
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** The program that is measured has this processor to itself, as far as we are concerned. */
const MEASURED = '0';

const canPin = cpus().length > 1 && hasTaskset();

function hasTaskset() {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Takes this process, which makes the load and plays DigiCert, to the other processors. */
export function leaveProcessor() {
  if (canPin) {
    const others = cpus().length === 2 ? '1' : `1-${cpus().length - 1}`;
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', others, String(process.pid)], {
      stdio: 'ignore',
    });
  }
}

/** A command, to be run on the measured processor. */
export function onProcessor(command, args) {
  return canPin
    ? { command: 'taskset', args: ['--cpu-list', MEASURED, command, ...args] }
    : { command, args };
}

export function describeMachine() {
  const pinned = canPin
    ? `The program that is measured runs on processor ${MEASURED}, load and simulator on the others.`
    : 'Nothing is pinned to a processor: there is one only, or no `taskset`.';
  return (
    `${cpus().length} x ${cpus()[0].model}, ${(totalmem() / 2 ** 30).toFixed(0)} GB, ${type()} ${release()}, ` +
    `Node ${process.versions.node}. ${pinned}`
  );
}
