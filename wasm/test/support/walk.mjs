// A walk by the keyboard alone through a page with Dear ImGui's own widgets: unfolds what can be unfolded, and operates what appears.
//
//   const walk = new Walk(page);
//   await walk.unfold('Widgets');        // a button with aria-expanded, and all that are in it, then folds it again
//   walk.seen                            // how many of each role were operated
import assert from 'node:assert/strict';
import {settle} from './gallery.mjs';

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

export class Walk {
  seen = {};
  unfolded = [];
  problems = [];
  #page;

  constructor(page) { this.#page = page; }

  widgets() { return widgets_of(this.#page); }

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

  async unfold(name, {operate = true} = {}) {
    const header = (await this.widgets()).find((one) => one.name === name && one.expanded !== null && one.role === 'button');
    assert.ok(header, `nothing to unfold is called ${name}`);
    await this.#unfold(header, operate, [name]);
  }

  async #unfold(header, operate, path) {
    const before = new Set((await this.widgets()).map(({id}) => id));
    if (!await this.press(header.id, 'Enter')) return void this.problems.push(`${path.join(' / ')}: takes no focus`);
    const now = await this.#find(header.id);
    if (now?.expanded !== 'true') return void this.problems.push(`${path.join(' / ')}: does not unfold`);
    this.unfolded.push(path.join(' / '));
    const fresh = (await this.widgets()).filter((one) => !before.has(one.id) && !one.disabled);
    for (const one of fresh) {
      if (one.name.trim() === '') this.problems.push(`${path.join(' / ')}: a ${one.role} without a name`);
      if (one.expanded === 'false' && one.role === 'button') await this.#unfold(one, operate, [...path, one.name]);
      else if (operate) await this.#operate(one, path);
    }
    const still = await this.#find(header.id);
    if (still?.expanded === 'true') await this.press(header.id, 'Enter');
    if ((await this.#find(header.id))?.expanded === 'true') this.problems.push(`${path.join(' / ')}: does not fold`);
  }

  async #operate(one, path) {
    const where = `${path.join(' / ')}: ${one.role} ${one.name}`;
    if (!await this.#find(one.id)) return;  // another one took it away
    if (one.role === 'checkbox') {
      await this.press(one.id, 'Space');
      const now = await this.#find(one.id);
      if (now && now.value === one.value) this.problems.push(`${where}: is not toggled`);
      await this.press(one.id, 'Space');
    } else if (one.role === 'spinbutton') {
      await this.press(one.id, 'ArrowUp');
      const up = await this.#find(one.id);
      if (up && up.value === one.value) await this.press(one.id, 'ArrowDown');
      const down = await this.#find(one.id);
      if (down && down.value === one.value) this.problems.push(`${where}: takes neither Up nor Down`);
    } else if (one.role === 'combobox') {
      await this.press(one.id, 'Enter');
      if ((await this.#find(one.id))?.expanded !== 'true') this.problems.push(`${where}: does not open`);
      await this.#page.keyboard.press('Escape');
      await settle(this.#page);
      if ((await this.#find(one.id))?.expanded !== 'false') this.problems.push(`${where}: does not close`);
    } else if (one.role === 'radio' || one.role === 'tab') {
      await this.press(one.id, 'Space');
    } else {
      return;
    }
    this.seen[one.role] = (this.seen[one.role] ?? 0) + 1;
  }
}
