// A wire between the page and a broker, to cut, and to lose what goes over it.
//
//   const wire = await startProxy(broker.wsPort);
//   await arrive(`?stage=20&broker=${wire.url}`);
//   wire.lose('up');          // the page's bytes go nowhere ('down': the broker's), both believe in the connection
//   wire.cut();               // connections break, new ones are refused at once
//   wire.mend();              // new connections pass
//   wire.connections          // how many were made so far
import net from 'node:net';

const running = new Set();
export const close_proxies = () => Promise.all([...running].map((wire) => wire.close()));

export async function startProxy(port) {
  const pairs = new Set();
  const wire = {connections: 0};
  let whole = true;
  const lost = {up: false, down: false};
  const join = (from, to, way) => {
    from.on('data', (data) => { if (!lost[way]) to.write(data); });
    from.on('close', () => to.destroy());
    from.on('error', () => to.destroy());
  };
  const server = net.createServer((page) => {
    if (!whole) return page.destroy();
    ++wire.connections;
    const broker = net.connect(port, '127.0.0.1');
    const pair = [page, broker];
    pairs.add(pair);
    page.on('close', () => pairs.delete(pair));
    join(page, broker, 'up');
    join(broker, page, 'down');
    return undefined;
  });
  await new Promise((resolve) => server.listen(0, resolve));
  running.add(wire);
  return Object.assign(wire, {
    url: `ws://localhost:${server.address().port}`,
    lose(way) { lost[way] = true; },
    cut() {
      whole = false;
      pairs.forEach((pair) => pair.forEach((socket) => socket.destroy()));
    },
    mend() {
      whole = true;
      lost.up = lost.down = false;
    },
    async close() {
      if (!running.delete(wire)) return;
      this.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  });
}
