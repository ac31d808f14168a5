// Text that the browser makes larger than it is told: a text-only zoom, or a smallest size of letters. The mirror's text is
// enlarged by it and a canvas's is not, so all of the page is then laid out larger, as if it was zoomed.
var imguiWebTextSize = {
  $ImguiWebTextSize__deps: ['$ImguiWebGlyphs'],
  $ImguiWebTextSize: {
    scale: 1,           // CSS pixels in one of the layout's
    font: 1,            // what a font of one pixel of the layout has to ask for
    smallest: 12,       // of the theme's letters, in pixels of the layout

    // `changed` is called when the user has set it otherwise.
    start: function(parent, changed) {
      const t = ImguiWebTextSize, asked = [1, 100], words = 'Handgloves';
      const probes = asked.map(function() {
        const probe = document.createElement('span');
        probe.textContent = words;
        probe.setAttribute('aria-hidden', 'true');
        parent.append(probe);
        return probe;
      });
      const measure = function() {
        const context = ImguiWebGlyphs.context;
        const sizes = asked.map(function(size, i) {
          context.font = ImguiWebGlyphs.font(0, 100);
          probes[i].style.font = ImguiWebGlyphs.font(0, size);
          return probes[i].getBoundingClientRect().width / context.measureText(words).width * 100;
        });
        const zoom = Math.round(sizes[1]) / 100, least = sizes[0] > 1.5 * zoom ? Math.round(sizes[0]) : 0;
        const scale = Math.max(zoom, least / t.smallest) || 1;
        t.font = scale / (zoom || 1);
        if (scale === t.scale) return;
        t.scale = scale;
        changed();
      };
      measure();
      const observer = new ResizeObserver(measure);
      probes.forEach(function(probe) { observer.observe(probe); });
    }
  }
};
mergeInto(LibraryManager.library, imguiWebTextSize);
