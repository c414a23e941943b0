import { escapeHtml } from "./escape-html.ts";

/** The page's skeleton; the script fills it. */
export function pageBody(title: string, subtitle: string, text: string): string {
  return `<a class="skip" href="#main">To the report</a>
<header>
  <div>
    <h1>${escapeHtml(title)}</h1>
    <p class="lead">${escapeHtml(subtitle)}</p>
  </div>
  <button id="help-open" type="button" aria-haspopup="dialog" title="Keyboard and search (?)">Help</button>
  <button id="theme" type="button" title="Light or dark">Theme</button>
</header>
<noscript><main><section><p>Without scripts, this is the report as text.</p><pre>${escapeHtml(text)}</pre></section></main></noscript>
<main id="main">
  <dl id="summary"></dl>
  <section id="remarks" hidden></section>
  <section aria-labelledby="timeline-head">
    <div class="head">
      <h2 id="timeline-head">Live memory</h2>
      <div class="tools">
        <label>Colour by <select id="colour-by"></select></label>
        <label>Along <select id="axis"><option value="events">events</option><option value="time">time</option></select></label>
        <button id="to-peak" type="button" title="Go to the peak (p)">Peak</button>
        <button id="zoom-out" type="button" aria-label="Zoom out" title="Zoom out (−)">−</button>
        <button id="zoom-in" type="button" aria-label="Zoom in" title="Zoom in (+)">+</button>
        <button id="zoom-reset" type="button" title="Show everything (0)">All</button>
      </div>
    </div>
    <div class="search">
      <input id="search" type="search" autocomplete="off" spellcheck="false" aria-label="Search blocks by id, size, label, phase or call site" placeholder="Search: id, size, label, phase, call site, >1MiB, leaked">
    </div>
    <div id="results" hidden></div>
    <canvas id="timeline" tabindex="0" role="application" aria-label="Live memory over the trace, a band per block. Left and right pan, plus and minus zoom, up and down pick a block, shift with left and right moves by one event."></canvas>
    <canvas id="overview" role="img" aria-label="The whole trace, with the part shown above"></canvas>
    <ul id="legend" class="legend" aria-label="Colours"></ul>
    <div id="details" aria-live="polite"></div>
  </section>
  <section aria-labelledby="arena-head">
    <div class="head">
      <h2 id="arena-head">The arena at one moment</h2>
      <div class="tools">
        <button id="phase-back" type="button" aria-label="Previous phase" title="Previous phase (Page Up)">«</button>
        <button id="step-back" type="button" aria-label="One event back" title="One event back (←)">←</button>
        <button id="step-on" type="button" aria-label="One event on" title="One event on (→)">→</button>
        <button id="phase-on" type="button" aria-label="Next phase" title="Next phase (Page Down)">»</button>
        <button id="arena-peak" type="button" title="Go to the peak (p)">Peak</button>
      </div>
    </div>
    <p class="lead">A replay: a trace says what was asked for, not where it lay. The same calls were made on a fresh HeapAllocator, and this is where it put the blocks.</p>
    <input id="moment" class="slider" type="range" min="0" max="0" value="0" aria-label="Moment">
    <canvas id="arena" tabindex="0" role="application" aria-label="The heap's regions as rows of blocks. Left and right step by one event, with shift by ten; up and down pick a block; Page Up and Page Down go by phase."></canvas>
    <ul class="legend"><li><span><span class="swatch gap"></span>free</span></li><li><span><span class="swatch loss"></span>lost to rounding up to 64 bytes (at least a pixel wide)</span></li><li><span>blocks are coloured as above</span></li></ul>
    <p id="arena-sums" class="note" role="status"></p>
  </section>
  <section aria-labelledby="plan-head">
    <h2 id="plan-head">Plan against actual</h2>
    <div id="plan-bars"></div>
    <h3>Fragmentation over the trace</h3>
    <p class="lead">Holes are free bytes that live blocks enclose, in the replay; the footprint is what the heap had handed out by then.</p>
    <div id="fragmentation" class="chart"></div>
  </section>
  <section aria-labelledby="locks-head"><h2 id="locks-head">Who holds locks</h2><div id="locks"></div></section>
  <section aria-labelledby="label-head"><h2 id="label-head">Peak by label</h2><div id="by-label"></div></section>
  <section aria-labelledby="phase-head"><h2 id="phase-head">Peak by phase</h2><div id="by-phase"></div></section>
  <section aria-labelledby="leaks-head"><h2 id="leaks-head">Never freed</h2><div id="leaks"></div></section>
  <section aria-labelledby="sizes-head"><h2 id="sizes-head">Sizes</h2><div id="sizes-chart" class="chart"></div><div id="sizes"></div></section>
</main>
<footer>Made by tensorheap. This page loads nothing and sends nothing. Charts by uPlot (MIT).</footer>
<dialog id="help" aria-labelledby="help-head">
  <h2 id="help-head">Keyboard and search</h2>
  <table>
    <tr><td><kbd>/</kbd></td><td>search; <kbd>Enter</kbd> goes to the next match, <kbd>Esc</kbd> clears</td></tr>
    <tr><td><kbd>p</kbd></td><td>go to the peak</td></tr>
    <tr><td><kbd>←</kbd> <kbd>→</kbd></td><td>timeline: pan; arena: one event, with <kbd>Shift</kbd> ten</td></tr>
    <tr><td><kbd>Shift</kbd> <kbd>←</kbd> <kbd>→</kbd></td><td>timeline: move by one event</td></tr>
    <tr><td><kbd>+</kbd> <kbd>−</kbd> <kbd>0</kbd></td><td>timeline: zoom in, out, show everything</td></tr>
    <tr><td><kbd>↑</kbd> <kbd>↓</kbd></td><td>pick the next block</td></tr>
    <tr><td><kbd>PgUp</kbd> <kbd>PgDn</kbd></td><td>arena: previous, next phase</td></tr>
    <tr><td>wheel, pinch, drag</td><td>timeline: zoom and pan; with <kbd>Shift</kbd> the wheel zooms the height</td></tr>
  </table>
  <p>Search words are joined by “and”: <kbd>id:7</kbd> <kbd>size:602112</kbd> <kbd>&gt;1MiB</kbd> <kbd>&lt;=4k</kbd> <kbd>label:conv</kbd> <kbd>phase:run0</kbd> <kbd>site:main.ts</kbd> <kbd>leaked</kbd>; a number finds ids and sizes, any other word labels, phases and call sites.</p>
  <p class="note">Each column of pixels shows the event in it with the most memory alive, so that no peak is lost. Blocks lie in the order of their allocation, oldest lowest; on top of them lies the sum of those too small to draw.</p>
  <button id="help-close" type="button">Close</button>
</dialog>`;
}
