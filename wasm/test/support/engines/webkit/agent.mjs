// What runs in the page: Playwright's own selectors and judgement of elements, as its drivers inject them, and above it the
// single steps of a locator's methods.
//
//   agent_script                       defines window.__under_test unless it is there
//   __under_test.step(selector, step, argument, states)     one try: {value}, or {wait: 'why not yet'}
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import vm from 'node:vm';

const require = createRequire(import.meta.url);

// Playwright keeps it as a string literal of its one file.
function injected_source() {
  const bundle = readFileSync(require.resolve('playwright-core/lib/coreBundle'), 'utf8');
  const start = bundle.indexOf(' = ', bundle.indexOf('src/generated/injectedScriptSource.ts', bundle.indexOf('init_injectedScriptSource'))) + 3;
  const source = bundle.slice(bundle.lastIndexOf('"use strict";', start), bundle.indexOf('\n  }\n});', start));
  return vm.runInNewContext(source.slice(source.indexOf(' = ') + 3));
}

function install(InjectedScript) {
  const own = window.__unchanged ?? {setTimeout};
  // It keeps what it finds when it is made.
  const changed = Object.fromEntries(Object.keys(own).map((name) => [name, window[name]]));
  Object.assign(window, own);
  const injected = new InjectedScript(window, {isUnderTest: false, sdkLanguage: 'javascript', testIdAttributeName: 'data-testid',
    stableRafCount: 1, shouldPrependErrorPrefix: false, browserName: 'webkit', isUtilityWorld: false, customEngines: []});
  Object.assign(window, changed);
  const all = (selector) => injected.querySelectorAll(injected.parseSelector(selector), document);

  // The middle of the element, if the mouse would reach it there. `watched`: until missed() is asked, a press that something else
  // would get, which has come between meanwhile, is kept from it.
  let watch = null;
  const point = async (element, position, watched) => {
    element.scrollIntoViewIfNeeded?.(true);
    const stable = await injected.checkElementStates(element, ['stable']);
    if (stable) return {wait: 'it moves'};
    const {left, top, width, height} = element.getBoundingClientRect();
    const place = position ? {x: left + position.x, y: top + position.y} : {x: left + width / 2, y: top + height / 2};
    const hit = injected.expectHitTarget(place, element);
    if (watched) watch = injected.setupHitTargetInterceptor(element, 'mouse', place, false);
    return hit === 'done' ? {value: place} : {wait: `${hit.hitTargetDescription} intercepts the pointer`};
  };
  const steps = {
    nothing: () => null,
    focus: (element) => { injected.focusNode(element); },
    blur: (element) => { element.blur(); },
    // As if it was pasted.
    fill(element, text) {
      if (injected.fill(element, text) !== 'needsinput') return;
      document.execCommand(text === '' ? 'delete' : 'insertText', false, text);
    },
    text: (element) => element.textContent,
    innerText: (element) => element.innerText,
    inputValue: (element) => injected.retarget(element, 'follow-label').value,
    attribute: (element, name) => element.getAttribute(name),
    state: (element, state) => injected.elementState(element, state).matches,
    aria: (element, options) => injected.ariaSnapshot(element, {mode: 'default', ...options}),
    box(element) {
      const {x, y, width, height} = element.getBoundingClientRect();
      return {x, y, width, height};
    },
    scroll: (element) => { element.scrollIntoViewIfNeeded?.(true); },
    dispatch: (element, [type, init]) => { injected.dispatchEvent(element, type, init ?? {}); },
  };

  const step = async (selector, name, argument, states = []) => {
    const elements = all(selector);
    if (elements.length === 0) return {wait: 'there is none'};
    if (elements.length > 1) throw injected.strictModeViolationError(injected.parseSelector(selector), elements);
    const missing = await injected.checkElementStates(elements[0], states);
    if (missing) return {wait: `it is not ${missing.missingState ?? 'there any more'}`};
    if (name === 'point' || name === 'aim') return point(elements[0], argument, name === 'aim');
    return {value: await steps[name](elements[0], argument)};
  };
  // Tries again each frame, for a while: {wait} is what was missing last.
  const steps_until = async (milliseconds, ...values) => {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      const result = await step(...values);
      if (!('wait' in result) || performance.now() > deadline) return result;
      await new Promise((resolve) => own.setTimeout.call(window, resolve, 10));
    }
  };
  // What got the press instead of the element that was aimed at; null if it has got it.
  const missed = () => {
    const result = watch?.stop?.() ?? 'done';
    watch = null;
    return result === 'done' ? null : result.hitTargetDescription;
  };
  const gone = (selector, hidden) => all(selector).every((element) => hidden && !injected.elementState(element, 'visible').matches);
  Object.defineProperty(window, '__under_test', {value: {all, gone, missed, steps_until, injected}});
}

export const agent_script = `if (!window.__under_test) {
  const module = {};
  (() => { ${injected_source()} })();
  (${install})(module.exports.InjectedScript());
}`;
