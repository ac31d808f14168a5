// Somebody who uses MQTT Chat: a page, by roles and names only.
//
//   const alice = await arrive_at(stage, '?stage=10&user=alice');
//   await alice.sign_in();
//   await alice.talk_to('bob');
//   await alice.say('hello');
//   await alice.reads('hello', 'hi');
//
// In a file of tests: `const world = on_stage();` opens brokers and browser once (world.stage, in tests only), closes
// after each test every page that world.arrive(address, context) opened, and fails if one of them was not silent.
// world.signed_in(address, context) signs in, too; world.write(receiver, sender, text) is somebody else's message.
import {isDeepStrictEqual} from 'node:util';
import {after, afterEach, before} from 'node:test';
import {openStage} from './browser.mjs';
import {flood} from './flood.mjs';
import {until} from './machine.mjs';
import {message} from './messages.mjs';
import {close_subscriptions} from './mosquitto.mjs';
import {close_proxies} from './proxy.mjs';

export const timeout = 30000;

export class Person {
  constructor(page) { this.page = page; }
  button(name) { return this.page.getByRole('button', {name, exact: true}); }
  field(name) { return this.page.getByRole('textbox', {name, exact: true}); }
  // What the program makes of a text is there in the frame after the one in which the browser shows it.
  async fill(name, text) {
    await this.field(name).fill(text);
    await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))));
  }
  status(text) { return this.page.getByRole('status').filter({hasText: text}); }

  chat(name) { return this.page.getByRole('list', {name: 'Chats'}).getByRole('button', {name, exact: true}); }
  alert(text) { return this.page.getByRole('alert').filter({hasText: text}); }
  log() { return this.page.getByRole('log', {name: 'Messages'}); }
  badge(text) { return this.page.getByRole('group', {name: 'About this chat'}).getByText(text); }
  // The message with this text, with its time and state.
  message(text) { return this.log().getByRole('article').filter({hasText: text}); }

  async sign_in(password) {
    if (password !== undefined) await this.field('Password').fill(password);
    await this.button('Sign In').click();
    await this.status('Connected').waitFor();
  }
  // By itself: the button "Connect now" would be quicker, but may go while one reaches for it.
  comes_back() { return this.status('Connected').waitFor({timeout: 90000}); }
  // Who needs no password is signed in again.
  async reload() {
    await this.page.reload();
    await this.status('Connected').waitFor();
  }
  async log_out() {
    await this.button('Logout').click();
    await this.button('Sign In').waitFor();
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
  // Exactly these, in this order. A chat that was just chosen may still show the one before for a frame.
  async reads(...wanted) {
    let seen = [];
    await until(async () => {
      seen = (await this.texts()).map((text) => text.trim());
      return isDeepStrictEqual(seen, wanted);
    }, `the conversation is ${JSON.stringify(wanted)}`, timeout).catch((error) => {
      throw new Error(`${error.message}, but ${JSON.stringify(seen)}`);
    });
  }
}

export function on_stage(options) {
  const world = {
    stage: null,
    arrive: (address, context) => arrive_at(world.stage, address, context),
    async signed_in(address, context) {
      const person = await world.arrive(address, context);
      await person.sign_in();
      return person;
    },
    write: (...values) => flood(world.stage.open_broker, [message(...values)]),
  };
  before(async () => { world.stage = await openStage(options); });
  afterEach(async () => {
    await close_subscriptions();
    await close_proxies();
    await world.stage?.leave_all();
  });
  after(() => world.stage?.close());
  return world;
}

// Opens the page and waits for the login, drawn by the program.
export async function arrive_at(stage, address, context) {
  const {page} = await stage.open(address, context);
  page.setDefaultTimeout(timeout);
  const person = new Person(page);
  await page.locator('#imgui-web').waitFor({state: 'attached'});
  await person.button('Sign In').waitFor();
  return person;
}
