// Handlers by topic filter, as a trie: dispatch costs by the topic's levels, not by how many handlers there are.
// Rule [MQTT-4.7.2-1] holds: topics that begin with $ match no filter that begins with a wildcard.
export class Handlers {
  #root = new Map();
  #here = Symbol('handlers');

  // Returns a function that takes it back.
  add(filter, handler) {
    const path = [this.#root];
    const levels = filter.split('/');
    for (const level of levels) {
      const node = path.at(-1);
      if (!node.has(level)) node.set(level, new Map());
      path.push(node.get(level));
    }
    const last = path.at(-1);
    const entry = {handler};
    last.set(this.#here, [...last.get(this.#here) ?? [], entry]);
    return () => {
      const left = last.get(this.#here)?.filter((one) => one !== entry) ?? [];
      if (left.length) last.set(this.#here, left);
      else last.delete(this.#here);
      // Empty branches go.
      for (let at = levels.length; at > 0 && path[at].size === 0; --at) path[at - 1].delete(levels[at - 1]);
    };
  }

  // Those of every filter that matches.
  matching(topic) {
    const found = [];
    const levels = topic.split('/');
    const take = (node) => found.push(...(node?.get(this.#here) ?? []).map((entry) => entry.handler));
    const walk = (node, at) => {
      const wild = at > 0 || !topic.startsWith('$');
      if (wild) take(node.get('#'));
      if (at === levels.length) return take(node);
      for (const level of wild ? [levels[at], '+'] : [levels[at]]) {
        if (node.has(level)) walk(node.get(level), at + 1);
      }
    };
    walk(this.#root, 0);
    return found;
  }
}
