// Somebody who uses MQTT Chat: a page, by roles and names only.
//
//   const alice = await arrive_at(stage, '?stage=10&user=alice');
//   await alice.sign_in();
//   await alice.talk_to('bob');
//   await alice.say('hello');
//   await alice.reads('hello', 'hi');
import assert from 'node:assert/strict';
import {until} from './machine.mjs';

export const patience = 30000;

export class Person {
  constructor(page) { this.page = page; }
  button(name) { return this.page.getByRole('button', {name, exact: true}); }
  field(name) { return this.page.getByRole('textbox', {name, exact: true}); }
  status(text) { return this.page.getByRole('status').filter({hasText: text}); }

  async sign_in() {
    await this.button('Sign In').click();
    await this.status('Connected').waitFor();
  }
  async talk_to(name) {
    await this.field('New chat').fill(name);
    await this.button('Add Chat').click();
    await this.page.getByRole('heading', {name: `Conversation with ${name}`}).waitFor();
  }
  async say(text) {
    await this.field('Message').fill(text);
    await this.field('Message').press('Enter');
  }
  // The texts of the open conversation, without time and state.
  async texts() {
    const articles = await this.page.getByRole('log', {name: 'Messages'}).getByRole('article').all();
    // The last paragraph is the time and the state; the sender may come before the text.
    return Promise.all(articles.map((article) => article.getByRole('paragraph').nth(-2).textContent()));
  }
  async reads(...wanted) {
    let seen = [];
    await until(async () => {
      seen = (await this.texts()).map((text) => text.trim());
      return seen.length >= wanted.length;
    }, `${wanted.length} messages in the conversation`, patience).catch((error) => {
      throw new Error(`${error.message}; there are ${JSON.stringify(seen)}`);
    });
    assert.deepEqual(seen, wanted);
  }
}

// Opens the page and waits for the login.
export async function arrive_at(stage, address, context) {
  const {page} = await stage.open(address, context);
  page.setDefaultTimeout(patience);
  const person = new Person(page);
  await person.button('Sign In').waitFor();
  return person;
}
