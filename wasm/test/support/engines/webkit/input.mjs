// Keys and the mouse, as sequences of WebDriver's actions.
const keys = {
  Backspace: '\uE003', Tab: '\uE004', Enter: '\uE007', Shift: '\uE008', Control: '\uE009', Alt: '\uE00A', Escape: '\uE00C',
  Space: ' ', PageUp: '\uE00E', PageDown: '\uE00F', End: '\uE010', Home: '\uE011', ArrowLeft: '\uE012', ArrowUp: '\uE013',
  ArrowRight: '\uE014', ArrowDown: '\uE015', Insert: '\uE016', Delete: '\uE017', Meta: '\uE03D', ControlOrMeta: '\uE009',
  ...Object.fromEntries(Array.from({length: 12}, (_, i) => [`F${i + 1}`, String.fromCharCode(0xE031 + i)])),
};
const buttons = {left: 0, middle: 1, right: 2};

function value_of(name) {
  const found = keys[name] ?? name;
  if ([...found].length !== 1) throw new Error(`unknown key ${name}`);
  return found;
}
const down = (name) => ({type: 'keyDown', value: value_of(name)});
const up = (name) => ({type: 'keyUp', value: value_of(name)});

const key_source = (actions) => ({type: 'key', id: 'keyboard', actions});
const pointer_source = (actions) => ({type: 'pointer', id: 'mouse', parameters: {pointerType: 'mouse'}, actions});

// `perform` sends sources of actions, all of them in step.
export class Keyboard {
  #perform;
  constructor(perform) { this.#perform = perform; }
  down(name) { return this.#perform([key_source([down(name)])]); }
  up(name) { return this.#perform([key_source([up(name)])]); }
  // 'Control+Shift+a', 'Enter', '+'.
  press(chord) {
    const names = chord.split(/(?<=[^+])\+/);
    return this.#perform([key_source([...names.map(down), ...names.reverse().map(up)])]);
  }
  type(text) { return this.#perform([key_source([...text].flatMap((letter) => letter === '\n' ? [down('Enter'), up('Enter')] : [down(letter), up(letter)]))]); }
  insertText(text) { return this.type(text); }
}

export class Mouse {
  #perform;
  #place = {x: 0, y: 0};
  constructor(perform) { this.#perform = perform; }
  #to(x, y) {
    this.#place = {x: Math.round(x), y: Math.round(y)};
    return {type: 'pointerMove', duration: 0, origin: 'viewport', ...this.#place};
  }
  move(x, y, {steps = 1} = {}) {
    const from = this.#place;
    return this.#perform([pointer_source(Array.from({length: steps}, (_, i) =>
      this.#to(from.x + (x - from.x) * (i + 1) / steps, from.y + (y - from.y) * (i + 1) / steps)))]);
  }
  down({button = 'left'} = {}) { return this.#perform([pointer_source([{type: 'pointerDown', button: buttons[button]}])]); }
  up({button = 'left'} = {}) { return this.#perform([pointer_source([{type: 'pointerUp', button: buttons[button]}])]); }
  async click(x, y, {button = 'left', clickCount = 1, modifiers = []} = {}) {
    const press = [{type: 'pointerDown', button: buttons[button]}, {type: 'pointerUp', button: buttons[button]}];
    if (modifiers.length > 0) await this.#perform([key_source(modifiers.map(down))]);
    await this.#perform([pointer_source([this.#to(x, y), ...Array.from({length: clickCount}, () => press).flat()])]);
    if (modifiers.length > 0) await this.#perform([key_source(modifiers.map(up))]);
  }
  dblclick(x, y, options) { return this.click(x, y, {...options, clickCount: 2}); }
  wheel(deltaX, deltaY) {
    return this.#perform([{type: 'wheel', id: 'wheel', actions: [{type: 'scroll', ...this.#place, deltaX, deltaY, duration: 0, origin: 'viewport'}]}]);
  }
}
