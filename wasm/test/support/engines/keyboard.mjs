// A keyboard at the browser's screen (display.mjs). Its keys reach the browser's own bars; those of a driver reach the page only.
//
//   await press('Control+f', ...'needle', 'Enter');     small letters and digits; in the window under the middle of the screen's left half
import x11 from 'x11';
import {display} from './display.mjs';

const symbols = {Control: 0xFFE3, Enter: 0xFF0D, Escape: 0xFF1B};
const pointer_root = 1;

const ask = (work) => new Promise((resolve, reject) => work((error, answer) => error ? reject(error) : resolve(answer)));

export async function press(...chords) {
  const {client, screen, min_keycode: first, max_keycode: last} = await ask(async (done) => x11.createClient({display: await display()}, done));
  try {
    const test = await ask((done) => client.require('xtest', done));
    const rows = await ask((done) => client.GetKeyboardMapping(first, last - first + 1, done));
    const code = (name) => first + rows.findIndex(([symbol]) => symbol === (symbols[name] ?? name.codePointAt(0)));
    const {root} = screen[0];
    // Without a window manager no window gets the focus but by the pointer.
    client.SetInputFocus(pointer_root, pointer_root);
    test.FakeInput(test.MotionNotify, 0, 0, root, 300, 300);
    for (const chord of chords) {
      const keys = chord.split('+').map(code);
      keys.forEach((key) => test.FakeInput(test.KeyPress, key, 0, root, 0, 0));
      keys.reverse().forEach((key) => test.FakeInput(test.KeyRelease, key, 0, root, 0, 0));
    }
    await ask((done) => client.GetInputFocus(done));
  } finally {
    client.terminate();
  }
}
