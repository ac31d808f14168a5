// A walk by the keyboard alone through a page with Dear ImGui's own widgets: unfolds what can be unfolded, and operates what appears.
//
//   const walk = new Walk(page);
//   await walk.unfold('Widgets');        // a button with aria-expanded, and all that are in it, then folds it again
//   await walk.unfold('Widgets', /Basic/);  // of what is in it, these alone
//   walk.at                              // what it is doing, for when something goes wrong
//   walk.seen                            // how many of each role were operated
//   walk.problems                        // in words; none, if all went well
import assert from 'node:assert/strict';
import {complaints} from './axe.mjs';
import {frames, settle} from './gallery.mjs';

// Roles, names and states of what is there, in reading order; `id` is stable while the widget is.
const widgets_of = (page) => page.evaluate(() => [...document.querySelectorAll('#imgui-web :is(button, input, textarea)')]
  .filter((element) => !element.closest('[inert]'))
  .map((element) => ({
    id: element.imguiId,
    role: element.getAttribute('role') ?? {checkbox: 'checkbox', radio: 'radio', button: 'button'}[element.type] ?? 'textbox',
    name: element.ariaLabel ?? element.textContent,
    expanded: element.getAttribute('aria-expanded'), disabled: element.disabled,
    value: element.type === 'checkbox' ? `${element.checked}` : element.getAttribute('aria-valuetext') ?? element.value,
    window: element.closest('section, [role=dialog]')?.ariaLabel ?? '',
  })));

const focused = (page) => page.evaluate(() => document.activeElement?.imguiId ?? 0);

export class Walk {
  seen = {};
  unfolded = [];
  problems = [];
  at = '';
  #page;
  #only = null;
  #most;

  // `most`: of each role, in each part that unfolds.
  constructor(page, {most = Infinity} = {}) {
    this.#page = page;
    this.#most = most;
  }

  // Of how far it has come; a part takes minutes.
  tell(words) { console.log(words); }

  widgets() { return widgets_of(this.#page); }

  async unfold(name, only = null) {
    this.#only = only;
    const header = (await this.widgets()).find((one) => one.name === name && one.expanded !== null && one.role === 'button');
    assert.ok(header, `nothing to unfold is called ${name}`);
    await this.#unfold(header, [name]);
  }

  // As a person does who has found it: the focus, then the key.
  async press(id, key) {
    const there = await this.#page.evaluate((wanted) => {
      const element = [...document.querySelectorAll('[data-node]')].find((one) => one.imguiId === wanted);
      element?.focus();
      return document.activeElement === element;
    }, id);
    if (!there) return false;
    await this.#page.keyboard.press(key);
    await settle(this.#page);
    return true;
  }

  async #find(id) { return (await this.widgets()).find((one) => one.id === id); }

  #complain(path, what) {
    this.problems.push(`${path.join(' / ')}: ${what}`);
    this.tell(`  ${this.problems.at(-1)}`);
  }

  async #unfold(header, path) {
    this.at = path.join(' / ');
    const before = new Set((await this.widgets()).map(({id}) => id));
    if (!await this.press(header.id, 'Enter')) return this.#complain(path, 'takes no focus');
    const now = await this.#find(header.id);
    if (now?.expanded !== 'true') return this.#complain(path, 'does not unfold');
    this.unfolded.push(path.join(' / '));
    const fresh = (await this.widgets()).filter((one) => !before.has(one.id) && !one.disabled);
    const passes = this.#only && path.length === 1;
    if (!passes) await this.#look(header, fresh, path);
    const left = {};
    for (const one of fresh) {
      if (passes && !(one.expanded === 'false' && this.#only.test(one.name))) continue;
      if (one.expanded === 'false' && one.role === 'button') await this.#unfold(one, [...path, one.name]);
      else if ((left[one.role] = (left[one.role] ?? this.#most) - 1) >= 0) await this.#use(one, path);
    }
    this.tell(`${path.join(' / ')}: ${JSON.stringify(this.seen)}, ${this.problems.length} problems`);
    const still = await this.#find(header.id);
    if (still?.expanded === 'true') await this.press(header.id, 'Enter');
    if ((await this.#find(header.id))?.expanded === 'true') this.#complain(path, 'does not fold');
  }

  // What appeared has names, rests, is reached by Tab in reading order, and is as axe-core wants it.
  async #look(header, fresh, path) {
    for (const one of fresh) if (one.name.trim() === '') this.#complain(path, `a ${one.role} without a name`);
    for (const complaint of await complaints(this.#page)) this.#complain(path, complaint);
    const start = await frames(this.#page);
    await this.#page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 500); }));
    const drawn = await frames(this.#page) - start;
    if (drawn > 0) this.#complain(path, `${drawn} frames at rest`);
    const wanted = fresh.filter(({role}) => role !== 'radio');
    const reached = new Set();
    const scroll_areas = await this.#page.evaluate(() => document.querySelectorAll('#imgui-web [role=group][tabindex]').length);
    await this.#page.evaluate((id) => [...document.querySelectorAll('[data-node]')].find((one) => one.imguiId === id)?.focus(), header.id);
    for (let i = 0; i < fresh.length + scroll_areas && reached.size < wanted.length; ++i) {
      await this.#page.keyboard.press('Tab');
      const id = await focused(this.#page);
      if (wanted.some((one) => one.id === id)) reached.add(id);
    }
    const missed = wanted.filter(({id}) => !reached.has(id)).map(({role, name}) => `${role} ${name}`);
    if (missed.length > 0) this.#complain(path, `Tab does not reach ${missed.join(', ')}`);
  }

  // By the role and the name that it says of itself.
  async #is_found({id, role, name}) {
    return (await this.#page.getByRole(role, {name, exact: true}).evaluateAll((found) => found.map(({imguiId}) => imguiId))).includes(id);
  }

  async #use(one, path) {
    const where = [...path, `${one.role} ${one.name}`];
    this.at = where.join(' / ');
    if (!await this.#find(one.id)) return;  // another one took it away
    if (!await this.#is_found(one)) return this.#complain(where, 'is not found by its role and name');
    const use = {checkbox: this.#toggle, spinbutton: this.#adjust, textbox: this.#type, combobox: this.#choose}[one.role];
    if (use) await use.call(this, one, where);
    else if (one.role === 'radio' || one.role === 'tab') await this.press(one.id, 'Space');
    else if (!await this.#press_button(one)) return;
    this.seen[one.role] = (this.seen[one.role] ?? 0) + 1;
  }

  async #toggle(one, where) {
    await this.press(one.id, 'Space');
    const now = await this.#find(one.id);
    if (now && now.value === one.value) this.#complain(where, 'is not toggled');
    await this.press(one.id, 'Space');
  }

  async #adjust(one, where) {
    await this.press(one.id, 'ArrowUp');
    const up = await this.#find(one.id);
    if (up && up.value === one.value) await this.press(one.id, 'ArrowDown');
    const down = await this.#find(one.id);
    if (down && down.value === one.value) this.#complain(where, 'takes neither Up nor Down');
  }

  // A digit, or a letter where a filter lets no digit through; and what was there comes back.
  async #type(one, where) {
    await this.press(one.id, 'End');
    await this.#page.keyboard.press('1');
    await this.#page.keyboard.press('m');
    await settle(this.#page);
    const typed = await this.#find(one.id);
    await this.#page.keyboard.press('Escape');
    await settle(this.#page);
    if (typed && typed.value === one.value && !await this.#is_read_only(one.id)) this.#complain(where, `takes neither digit nor letter after ${JSON.stringify(one.value)}`);
  }

  #is_read_only(id) {
    return this.#page.evaluate((wanted) => [...document.querySelectorAll('[data-node]')].find((one) => one.imguiId === wanted)?.readOnly, id);
  }

  async #choose(one, where) {
    await this.press(one.id, 'Enter');
    if ((await this.#find(one.id))?.expanded !== 'true') this.#complain(where, 'does not open');
    // Where it has a field with the focus, the first Escape leaves that.
    for (let i = 0; i < 2 && (await this.#find(one.id))?.expanded === 'true'; ++i) {
      await this.#page.keyboard.press('Escape');
      await settle(this.#page);
    }
    if ((await this.#find(one.id))?.expanded !== 'false') this.#complain(where, 'does not close');
  }

  // What a button does is its own affair; but a dialog or a popup that it opens is left again by Escape or its own last button.
  async #press_button(one) {
    const modals = () => this.#page.getByRole('dialog').count();
    if (!await this.press(one.id, 'Enter')) return false;
    for (let i = 0; i < 3 && await modals() > 0; ++i) {
      const last = (await this.widgets()).filter(({disabled, window}) => !disabled && window !== '').pop();
      if (last) await this.press(last.id, 'Enter');
    }
    await this.#page.keyboard.press('Escape');
    await settle(this.#page);
    return true;
  }
}
