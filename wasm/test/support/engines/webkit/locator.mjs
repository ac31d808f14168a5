// Elements by role, name or text, found anew for each step; the methods wait as Playwright's do.
import {createRequire} from 'node:module';

const {iso} = createRequire(import.meta.url)('playwright-core/lib/coreBundle');

// The selectors that Playwright's own locators make.
function role_selector(role, {name, exact = false, ...states} = {}) {
  const attributes = Object.entries(states).map(([key, value]) => `[${key === 'includeHidden' ? 'include-hidden' : key}=${value}]`);
  if (name !== undefined) attributes.push(`[name=${iso.escapeForAttributeSelector(name, exact)}]`);
  return `internal:role=${role}${attributes.join('')}`;
}

// Mixed into Page and Locator.
export const Finding = (Base) => class extends Base {
  locator(selector, options) { return this.within(selector).filter(options); }
  getByRole(role, options) { return this.within(role_selector(role, options)); }
  getByText(text, {exact = false} = {}) { return this.within(`internal:text=${iso.escapeForTextSelector(text, exact)}`); }
  getByLabel(text, {exact = false} = {}) { return this.within(`internal:label=${iso.escapeForTextSelector(text, exact)}`); }
};

const editable = ['visible', 'enabled', 'editable'];

export class Locator extends Finding(Object) {
  #page;
  #selector;

  constructor(page, selector) {
    super();
    this.#page = page;
    this.#selector = selector;
  }

  within(selector) { return new Locator(this.#page, `${this.#selector} >> ${selector}`); }
  page() { return this.#page; }
  filter({hasText, has, hasNot} = {}) {
    let found = this;
    if (hasText !== undefined) found = found.within(`internal:has-text=${iso.escapeForTextSelector(hasText, false)}`);
    if (has) found = found.within(`internal:has=${JSON.stringify(has.#selector)}`);
    if (hasNot) found = found.within(`internal:has-not=${JSON.stringify(hasNot.#selector)}`);
    return found;
  }
  or(other) { return this.within(`internal:or=${JSON.stringify(other.#selector)}`); }
  nth(index) { return this.within(`nth=${index}`); }
  first() { return this.nth(0); }
  last() { return this.nth(-1); }
  toString() { return this.#selector; }

  #step(name, argument, {states, timeout} = {}) { return this.#page.step(this.#selector, name, argument, states, timeout); }
  #now(script, argument) { return this.#page.in_agent(script, [this.#selector, argument]); }

  async waitFor({state = 'visible', timeout} = {}) {
    if (state === 'visible' || state === 'attached') {
      await this.#step('nothing', null, {states: state === 'visible' ? ['visible'] : [], timeout});
    } else {
      await this.#page.repeat(async () => (await this.#now('return agent.gone(...values)', state === 'hidden'))
        ? {value: null} : {wait: `it is not ${state}`}, `${this}`, timeout);
    }
  }

  async click({position, timeout, button, clickCount, modifiers} = {}) {
    await this.#page.repeat(async () => {
      const {x, y} = await this.#step('aim', position, {states: ['visible', 'enabled'], timeout});
      await this.#page.mouse.click(x, y, {button, clickCount, modifiers});
      // It may have closed the window, or left the page.
      const other = await this.#page.in_agent('return agent.missed()', null).catch(() => null);
      return other === null ? {value: null} : {wait: `${other} got the click`};
    }, `${this}`, timeout);
  }
  dblclick(options) { return this.click({...options, clickCount: 2}); }
  async hover({position, timeout} = {}) {
    const {x, y} = await this.#step('point', position, {states: ['visible'], timeout});
    await this.#page.mouse.move(x, y);
  }
  fill(text, options) { return this.#step('fill', text, {...options, states: editable}); }
  clear(options) { return this.fill('', options); }
  focus(options) { return this.#step('focus', null, options); }
  blur(options) { return this.#step('blur', null, options); }
  async press(key, options) {
    await this.focus(options);
    await this.#page.keyboard.press(key);
  }
  async pressSequentially(text, options) {
    await this.focus(options);
    await this.#page.keyboard.type(text);
  }
  async setChecked(wanted, options) {
    if (await this.isChecked(options) === wanted) return;
    await this.click(options);
    await this.#page.repeat(async () => await this.isChecked(options) === wanted ? {value: null} : {wait: 'its state stays'}, `${this}`);
  }
  check(options) { return this.setChecked(true, options); }
  uncheck(options) { return this.setChecked(false, options); }
  scrollIntoViewIfNeeded(options) { return this.#step('scroll', null, options); }
  dispatchEvent(type, init) { return this.#step('dispatch', [type, init]); }

  textContent(options) { return this.#step('text', null, options); }
  innerText(options) { return this.#step('innerText', null, options); }
  inputValue(options) { return this.#step('inputValue', null, options); }
  getAttribute(name, options) { return this.#step('attribute', name, options); }
  isChecked(options) { return this.#step('state', 'checked', options); }
  isDisabled(options) { return this.#step('state', 'disabled', options); }
  isEnabled(options) { return this.#step('state', 'enabled', options); }
  isEditable(options) { return this.#step('state', 'editable', options); }
  ariaSnapshot({timeout, ...options} = {}) { return this.#step('aria', options, {timeout}); }
  async boundingBox(options) { return this.#step('box', null, options); }

  count() { return this.#now('return agent.all(values[0]).length'); }
  async all() { return Array.from({length: await this.count()}, (_, i) => this.nth(i)); }
  async isVisible() { return this.#now("return agent.all(values[0]).some((one) => agent.injected.elementState(one, 'visible').matches)"); }
  async isHidden() { return !await this.isVisible(); }
  allInnerTexts() { return this.#now('return agent.all(values[0]).map((one) => one.innerText)'); }
  allTextContents() { return this.#now('return agent.all(values[0]).map((one) => one.textContent)'); }
  evaluateAll(body, argument) { return this.#now(`return (${body})(agent.all(values[0]), values[1])`, argument); }
  async evaluate(body, argument) {
    await this.#step('nothing');
    return this.#now(`return (${body})(agent.all(values[0])[0], values[1])`, argument);
  }
}
