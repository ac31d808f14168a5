// That nothing comes of a client, without waiting for long: it is asked for an echo again and again, and answers each time, so its
// event loop turns, on however busy a machine; and in all those rounds it neither sends, closes nor reports. A client that
// closes or answers because of what it has received has begun to by then. What it does by a clock of its own (a keep alive) is
// for `milliseconds` of Trial.until().
import {setTimeout as pause} from 'node:timers/promises';

const rounds = 20;
// Long enough for a client that reads in another thread, and for the 50 ms after which an adapter connects again.
const round_milliseconds = 75;

// True once the client is silent; false when `signal` came first. `acts()` counts what the client has done.
export async function silence({client, acts, each_round = () => {}, signal}) {
  let quiet = 0;
  for (let before = acts(); quiet < rounds; before = acts()) {
    await pause(round_milliseconds, undefined, {signal}).catch(() => {});
    if (signal.aborted) return false;
    each_round();
    await client.echo();
    quiet = acts() === before ? quiet + 1 : 0;
  }
  return !signal.aborted;
}
