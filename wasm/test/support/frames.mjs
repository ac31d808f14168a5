// Animation frames wait until hold(false): what is seen without them was there when the event was over.
//
//   const kim = await signed_in('?stage=10', {prepare: holdable});
//   await kim.page.evaluate(() => hold(true));
export const holdable = (page) => page.addInitScript(() => {
  let held = null;
  const real = self.requestAnimationFrame.bind(self);
  self.requestAnimationFrame = (call) => (held ? held.push(call) : real(call));
  self.hold = (on) => {
    held?.forEach(real);
    held = on ? [] : null;
  };
});
