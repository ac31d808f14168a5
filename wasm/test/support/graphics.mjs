// For page.addInitScript(): counts in `graphics` the pictures drawn, the questions that wait for the graphics process, and the
// area of all of a picture's triangles, each within its clip, as a multiple of the window: the last's, and the most.
export function watch_graphics() {
  const count = self.graphics = {pictures: 0, questions: 0, area: 0, most: 0};
  const gl = WebGL2RenderingContext.prototype;
  const around = (name, before) => {
    const real = gl[name];
    gl[name] = function(...values) {
      before(...values);
      return real.apply(this, values);
    };
  };
  const asks = /^(get(?!Extension|ContextAttributes)|is[A-Z](?!ontextLost)|readPixels|finish|clientWaitSync)/;
  for (const name of Object.getOwnPropertyNames(gl))
    if (asks.test(name)) around(name, () => { ++count.questions; });
  let clip = [0, 0, 0, 0];
  let vertices;
  let indices;
  around('scissor', (...box) => { clip = box; });
  around('bufferData', (target, data, usage, offset, size) => {
    if (!data.buffer) return;
    const first = data.byteOffset + offset * data.BYTES_PER_ELEMENT;
    const bytes = data.buffer.slice(first, first + size * data.BYTES_PER_ELEMENT);
    if (target === WebGL2RenderingContext.ARRAY_BUFFER) vertices = new Float32Array(bytes);
    else indices = new Uint32Array(bytes);
  });
  around('clear', () => {
    ++count.pictures;
    count.area = 0;
  });
  // What is left of a polygon on one side of a line (Sutherland and Hodgman).
  const cut = (shape, axis, limit, sign) => shape.flatMap((point, i) => {
    const next = shape[(i + 1) % shape.length];
    const [a, b] = [(point[axis] - limit) * sign, (next[axis] - limit) * sign];
    const kept = a >= 0 ? [point] : [];
    if (a * b < 0) kept.push([0, 1].map((k) => point[k] + (next[k] - point[k]) * a / (a - b)));
    return kept;
  });
  const area_of = (shape) => Math.abs(shape.reduce((sum, [x, y], i) => {
    const [next_x, next_y] = shape[(i + 1) % shape.length];
    return sum + x * next_y - y * next_x;
  }, 0)) / 2;
  around('drawElements', (mode, number, type, offset) => {
    const {width, clientWidth, clientHeight} = document.getElementById('imgui-web-canvas');
    const [left, bottom, wide, high] = clip.map((value) => value * clientWidth / width);
    const sides = [[0, left, 1], [0, left + wide, -1], [1, clientHeight - bottom - high, 1], [1, clientHeight - bottom, -1]];
    // A vertex is five words: place, place in the texture, colour.
    const point = (i) => [vertices[5 * indices[i]], vertices[5 * indices[i] + 1]];
    for (let i = offset / 4; i < offset / 4 + number; i += 3) {
      const seen = sides.reduce((shape, side) => cut(shape, ...side), [point(i), point(i + 1), point(i + 2)]);
      count.area += area_of(seen) / (clientWidth * clientHeight);
    }
    count.most = Math.max(count.most, count.area);
  });
}
