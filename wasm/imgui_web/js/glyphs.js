// Glyphs and clusters by the browser: see src/glyphs.cpp.
var imguiWebGlyphs = {
  $ImguiWebGlyphs__deps: ['$WasmqttBorder'],
  $ImguiWebGlyphs: {
    families: [
      'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
      'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
      'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'
    ],
    weights: ['400', '600', '400'],
    firstCode: 0xF0000,
    lastCode: 0x10FFFD,
    widest: 2000,       // device pixels of one image
    longestWord: 24,    // grapheme clusters drawn as one image
    longestText: 120,   // UTF-16 units of it
    canvas: null,
    context: null,
    segmenter: null,
    readable: true,     // false: getImageData() returns noise, as browsers do that resist fingerprinting
    codes: null,        // text -> code point from firstCode on
    texts: [],          // and back
    last: null,         // what was measured and shall be drawn

    start: function() {
      const g = ImguiWebGlyphs;
      g.canvas = document.createElement('canvas');
      g.context = g.canvas.getContext('2d', {willReadFrequently: true});
      g.readable = g.canBeRead();
      g.codes = new Map();
      if (typeof Intl !== 'undefined' && Intl['Segmenter'])
        g.segmenter = new Intl['Segmenter'](undefined, {'granularity': 'grapheme'});
    },

    // Draws 256 pixels, each of its own colour, and looks whether they come back.
    canBeRead: function() {
      const g = ImguiWebGlyphs, size = 16;
      g.canvas.width = g.canvas.height = size;
      for (let i = 0; i < size * size; ++i) {
        g.context.fillStyle = 'rgb(' + i + ',' + (255 - i) + ',' + (i * 7 & 255) + ')';
        g.context.fillRect(i % size, i / size | 0, 1, 1);
      }
      const image = g.context.getImageData(0, 0, size, size).data;
      for (let i = 0; i < size * size; ++i)
        if (image[4 * i] !== i || image[4 * i + 1] !== 255 - i || image[4 * i + 2] !== (i * 7 & 255)) return false;
      return true;
    },

    // The number says the face, and by how many quarters of a device pixel it is shifted.
    font: function(number, pixels) {
      const g = ImguiWebGlyphs, face = number & 3;
      return g.weights[face] + ' ' + pixels + 'px ' + g.families[face];
    },

    textOf: function(code) {
      const g = ImguiWebGlyphs;
      if (code >= g.firstCode && g.texts[code - g.firstCode] !== undefined) return g.texts[code - g.firstCode];
      return String.fromCodePoint(code);
    },

    // A text's own code points from firstCode on are private use, too, and get one of ours like any cluster.
    codeOf: function(text) {
      const g = ImguiWebGlyphs;
      const composed = text.slice(0, g.longestText).normalize('NFC');
      const first = composed.codePointAt(0);
      if (first < g.firstCode && composed.length === (first > 0xFFFF ? 2 : 1)) return first;
      let code = g.codes.get(composed);
      if (code === undefined) {
        code = g.firstCode + g.texts.length;
        if (code > g.lastCode) return 0xFFFD;
        g.codes.set(composed, code);
        g.texts.push(composed);
      }
      return code;
    },

    graphemes: function(text) {
      const g = ImguiWebGlyphs;
      if (!g.segmenter) return Array.from(text);
      const out = [];
      for (const piece of g.segmenter.segment(text)) out.push(piece['segment']);
      return out;
    },

    // Letters of scripts that join, stack or change places with their neighbours. Digits and punctuation stand alone: their
    // direction is not that of the letters.
    joins: function(c, piece) {
      return ((c >= 0x590 && c < 0xE00) || (c >= 0xF00 && c < 0x10A0) || (c >= 0x1780 && c < 0x18B0) ||
             (c >= 0x1A00 && c < 0x1B80) || (c >= 0xA800 && c < 0xAC00 && !(c >= 0xA960 && c < 0xA980)) ||
             (c >= 0xFB1D && c < 0xFE00) || (c >= 0xFE70 && c < 0xFEFF) || (c >= 0x11000 && c < 0x12000)) &&
             /^[\p{L}\p{M}]/u.test(piece);
    },

    runsLeft: function(c) {
      return (c >= 0x590 && c < 0x900) || (c >= 0xFB1D && c < 0xFE00) || (c >= 0xFE70 && c < 0xFEFF) ||
             (c >= 0x10800 && c < 0x11000) || (c >= 0x1E800 && c < 0x1F000);
    },

    // What was measured last, in the top left corner of the canvas.
    paint: function(color) {
      const g = ImguiWebGlyphs, c = g.context, l = g.last;
      if (g.canvas.width < l.width) g.canvas.width = l.width;
      if (g.canvas.height < l.height) g.canvas.height = l.height;
      c.font = l.font;
      c.textBaseline = 'alphabetic';
      c.fillStyle = color;
      c.clearRect(0, 0, l.width, l.height);
      c.fillText(l.text, l.left, l.top);
    },

    // Where nothing can be read back, the text itself has to say whether it is drawn in colours.
    isColored: function(text) { return /\p{Emoji_Presentation}|\p{Emoji}\uFE0F|\p{Emoji_Modifier}|\p{RI}/u.test(text); },

    bytes: function(text) {
      let n = 0;
      for (let i = 0; i < text.length; ++i) {
        const c = text.charCodeAt(i);
        n += c < 0x80 ? 1 : c < 0x800 ? 2 : c >= 0xD800 && c < 0xDC00 ? (++i, 4) : 3;
      }
      return n;
    }
  },

  imgui_web_shape__deps: ['$ImguiWebGlyphs'],
  imgui_web_shape: function(text, length, out, capacity) {
    const g = ImguiWebGlyphs;
    let count = 0, at = 0, word = '', letters = 0, begin = 0;
    const put = function(code, from, to) {
      if (count >= capacity) return;
      const p = (out >> 2) + 3 * count++;
      HEAPU32[p] = code;
      HEAPU32[p + 1] = from;
      HEAPU32[p + 2] = to;
    };
    const flush = function() {
      if (word) put(g.codeOf(word), begin, at);
      word = '';
      letters = 0;
    };
    for (const piece of g.graphemes(WasmqttBorder.text(text, length))) {
      const first = piece.codePointAt(0), size = g.bytes(piece);
      if (g.joins(first, piece)) {
        if (letters >= g.longestWord || (word && (g.runsLeft(first) !== g.runsLeft(word.codePointAt(0)) ||
                                                  word.length + piece.length > g.longestText))) flush();
        if (!word) begin = at;
        word += piece;
        ++letters;
      } else {
        flush();
        put(first === 13 || first === 10 ? 10 : g.codeOf(piece), at, at + size);
      }
      at += size;
    }
    flush();
    return count;
  },

  imgui_web_font_metrics__deps: ['$ImguiWebGlyphs'],
  imgui_web_font_metrics: function(number, pixels, out) {
    const g = ImguiWebGlyphs, c = g.context;
    c.font = g.font(number, pixels);
    const m = c.measureText('x');
    // Browsers lay lines out with whole numbers.
    HEAPF32[out >> 2] = Math.round(m.fontBoundingBoxAscent || pixels * 0.93);
    HEAPF32[(out >> 2) + 1] = Math.round(m.fontBoundingBoxDescent || pixels * 0.24);
  },

  imgui_web_measure_glyph__deps: ['$ImguiWeb', '$ImguiWebGlyphs'],
  imgui_web_measure_glyph: function(code, number, pixels, metrics) {
    const g = ImguiWebGlyphs, c = g.context, text = g.textOf(code), font = g.font(number, pixels), shift = (number >> 2) / 4;
    c.font = font;
    const m = c.measureText(text);
    const left = Math.ceil(m.actualBoundingBoxLeft) + 1, top = Math.ceil(m.actualBoundingBoxAscent) + 1;
    const width = Math.min(g.widest, left + Math.ceil(m.actualBoundingBoxRight + shift) + 1);
    const height = Math.min(g.widest, top + Math.ceil(m.actualBoundingBoxDescent) + 1);
    const p = metrics >> 2;
    HEAPF32[p] = m.width;
    // WebKit lays text out in sizes of CSS: where it rounds them, larger letters are not as far apart.
    if (ImguiWeb.zoomless && window.devicePixelRatio !== 1) {
      c.font = g.font(number, pixels / window.devicePixelRatio);
      HEAPF32[p] = c.measureText(text).width * window.devicePixelRatio;
    }
    HEAPF32[p + 1] = -left;
    HEAPF32[p + 2] = -top;
    HEAPF32[p + 3] = 0;
    if (!(width > 2 && height > 2) || !text.trim()) return 0;
    g.last = {text: text, font: font, left: left + shift, top: top, width: width, height: height};
    return width | height << 16;
  },

  // Drawn in magenta: any other hue in the image means that the font brought colours of its own.
  imgui_web_draw_glyph__deps: ['$ImguiWebGlyphs'],
  imgui_web_draw_glyph: function(rgba, capacity, metrics) {
    const g = ImguiWebGlyphs, l = g.last;
    if (l.width * l.height * 4 > capacity) return 0;
    g.paint('#f0f');
    const image = g.context.getImageData(0, 0, l.width, l.height).data;
    let ink = false, color = false;
    for (let i = 0; i < image.length; i += 4) {
      if (image[i + 3]) ink = true;
      if (image[i + 3] > 64 && (image[i + 1] > 40 || image[i] < 200 || image[i + 2] < 200)) color = true;
    }
    if (!ink) return 0;
    if (!color) for (let i = 0; i < image.length; i += 4) image[i] = image[i + 1] = image[i + 2] = 255;
    HEAPF32[(metrics >> 2) + 3] = color ? 1 : 0;
    WasmqttBorder.fill(rgba, image);
    return 1;
  },

  imgui_web_glyphs_readable__deps: ['$ImguiWebGlyphs'],
  imgui_web_glyphs_readable: function() { return ImguiWebGlyphs.readable ? 1 : 0; },

  imgui_web_is_colored__deps: ['$ImguiWebGlyphs'],
  imgui_web_is_colored: function(code) { return ImguiWebGlyphs.isColored(ImguiWebGlyphs.textOf(code)) ? 1 : 0; },

  // What was measured last, into the bound texture, without reading it back.
  imgui_web_upload_glyph__deps: ['$ImguiWebGlyphs', '$ImguiWeb'],
  imgui_web_upload_glyph: function(x, y) {
    const g = ImguiWebGlyphs, c = g.context, gl = ImguiWeb.canvas.getContext('webgl2'), colored = g.isColored(g.last.text);
    g.paint(colored ? '#fff' : '#f0f');
    if (!colored) {  // in the shape that it has where it can be read: WebKit draws bolder what is lighter
      c.globalCompositeOperation = 'source-in';
      c.fillStyle = '#fff';
      c.fillRect(0, 0, g.last.width, g.last.height);
      c.globalCompositeOperation = 'source-over';
    }
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, g.last.width, g.last.height, gl.RGBA, gl.UNSIGNED_BYTE, g.canvas);
  }
};
mergeInto(LibraryManager.library, imguiWebGlyphs);
