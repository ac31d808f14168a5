// The page with several brokers: which one it is, and what happens when that one is silent or gone.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {startBroker} from './support/brokers.mjs';
import {on_stage} from './support/person.mjs';

const world = on_stage();

describe('several brokers', () => {
  let brokers;
  before(async () => { brokers = await Promise.all([startBroker('open'), startBroker('open')]); });
  after(() => Promise.all(brokers.map((broker) => broker.close())));

  test('the login names all of them; one that is silent is left for the other, and the status says which', async () => {
    const address = brokers.map(({wsUrl}) => `&broker=${wsUrl}`).join('');
    const alice = await world.arrive(`?stage=20&user=alice${address}`);
    const hosts = brokers.map(({wsPort}) => `localhost:${wsPort}`).join(', ');
    await alice.page.getByText(`You connect to another broker than this page's: ${hosts}`).waitFor();
    await alice.sign_in();
    const words = await alice.status('Connected').textContent();
    const [used, other] = words.includes(brokers[0].wsUrl) ? brokers : [...brokers].reverse();
    assert.equal(words.trim(), `Connected to ${used.wsUrl}`);
    used.freeze();
    try {
      await alice.status(`Connected to ${other.wsUrl}`).waitFor({timeout: 60000});
    } finally {
      used.thaw();
    }
    await other.stop('SIGKILL');
    await alice.status(`Connected to ${used.wsUrl}`).waitFor({timeout: 60000});
  });
});
