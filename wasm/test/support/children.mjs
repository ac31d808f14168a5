// Programs that a test runs beside it. None outlives its file; and what a failed test left behind does not keep the file
// from ending, as Node's own children and their pipes would.
//
//   const child = start('mosquitto', ['-c', file], {stdio: 'ignore'});   // as child_process.spawn
//   has_ended(child)                                                     // also when it could not be started
//   const code = await ended(child);                                     // null: a signal ended it
//   await stop(child, 'SIGTERM');                                        // SIGKILL unless told; at once if it has ended
import {spawn} from 'node:child_process';
import {once} from 'node:events';

const running = new Set();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export function start(program, args, options) {
  const child = spawn(program, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.unref();
  for (const pipe of child.stdio) pipe?.unref?.();
  return child;
}

export const has_ended = (child) => child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

export async function ended(child) {
  if (has_ended(child)) return child.exitCode;
  child.ref();
  const [code] = await once(child, 'exit');
  return code;
}

export function stop(child, signal = 'SIGKILL') {
  const over = ended(child);
  // One that is frozen hears nothing else.
  child.kill('SIGCONT');
  child.kill(signal);
  return over;
}
