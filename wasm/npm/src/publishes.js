// Whom to tell of what was published: deliveries by their slots in the core.
export class Publishes {
  constructor() {
    this.slots = [];
    this.displaced = new Map();  // by number: the slot was used again before the end was told
  }

  add(delivery, number, slot) {
    const before = this.slots[slot];
    if (before) this.displaced.set(before._number, before);
    delivery._number = number;
    delivery._slot = slot;
    this.slots[slot] = delivery;
  }

  find(slot, number) {
    const delivery = this.slots[slot];
    return delivery?._number === number ? delivery : this.displaced.get(number);
  }

  remove(delivery) {
    if (this.slots[delivery._slot] === delivery) this.slots[delivery._slot] = undefined;
    else this.displaced.delete(delivery._number);
  }

  // The core has read its journal, and messages that were published before may lie in other slots.
  moved(unfinished) {
    const all = new Map(this.take().map((delivery) => [delivery._number, delivery]));
    for (const {number, slot} of unfinished) {
      if (all.has(number)) this.add(all.get(number), number, slot);
    }
  }

  // All of them; none is left.
  take() {
    const all = [...this.slots.filter(Boolean), ...this.displaced.values()];
    this.slots = [];
    this.displaced.clear();
    return all;
  }
}
