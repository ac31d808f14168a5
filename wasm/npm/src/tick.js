// Where the worker of the timers comes from (mqtt_tick.js of wasm/browser): the package is one file, so it makes one.
import source from './tick_source.js';

let url = null;
let native = false;

// timerVariant 'native': the page's own timers, for the whole page.
export function use_native_timers() { native = true; }

export function tick_script() {
  if (native) throw new Error('No worker is wanted');
  url ??= URL.createObjectURL(new Blob([source], {type: 'text/javascript'}));
  return url;
}
