// Everything is delegated, so that parts which are replaced need no wiring.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const root = document.documentElement;

const flip = () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=strict`;
};

/* palette: menu entries are in the page, records are asked for while typing */
const pal = $('#palette'), q = pal && $('input', pal);
let at = 0, asked = 0;
const options = () => $$('.opt', pal).filter(o => !o.hidden);
const mark = i => {
  const all = options();
  $$('.opt', pal).forEach(o => o.setAttribute('aria-selected', 'false'));
  if (!all.length) return q.removeAttribute('aria-activedescendant');
  at = (i + all.length) % all.length;
  all[at].setAttribute('aria-selected', 'true'); all[at].scrollIntoView({ block: 'nearest' });
  q.setAttribute('aria-activedescendant', all[at].id);
};
const narrow = async () => {
  const words = q.value.toLowerCase().split(/\s+/).filter(Boolean), mine = ++asked;
  $$('[data-fixed] .opt', pal).forEach(o => { o.hidden = !words.every(w => o.textContent.toLowerCase().includes(w)); });
  mark(0);
  const box = $('#found', pal);
  const length = q.value.trim().length;
  if (length === 1 || (!length && !('recent' in pal.dataset))) { box.replaceChildren(); return; }
  await new Promise(done => { setTimeout(done, length ? 60 : 0); }); // whoever types on is not answered for each letter
  if (mine !== asked) return;
  const answer = await fetch(`/find?q=${encodeURIComponent(q.value)}`).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  box.innerHTML = await answer.text(); mark(0);
};
const openPalette = () => { if (!pal.open) pal.showModal(); q.value = ''; narrow(); };
q?.addEventListener('input', narrow);
pal?.addEventListener('keydown', e => {
  if (e.key === 'ArrowDown') { e.preventDefault(); mark(at + 1); }
  else if (e.key === 'ArrowUp') { e.preventDefault(); mark(at - 1); }
  else if (e.key === 'Enter') { e.preventDefault(); options()[at]?.click(); }
});

addEventListener('click', e => {
  const t = e.target;
  if (t.closest('[data-palette]')) { e.preventDefault(); openPalette(); }
  else if (t.closest('[data-theme-flip]')) { pal?.close(); flip(); }
  else if (t.closest('[data-keys]')) { pal?.close(); $('#keys').showModal(); }
  else if (t.closest('[data-print]')) print();
  else if (t.matches?.('dialog')) t.close();
});

/* filters answer at once */
addEventListener('change', e => {
  if (e.target.closest('[data-auto]') && e.target.form) { [...e.target.form.elements].forEach(x => { if (x.name && !x.value) x.disabled = true; }); e.target.form.submit(); }
  if (e.target.matches('[data-files]')) showFiles(e.target);
});

/* days: thumb and field follow each other at once, and the earlier day stays the earlier */
const DAY = 864e5, iso = ms => new Date(ms).toISOString().slice(0, 10);
addEventListener('input', e => {
  const box = e.target.closest?.('[data-days]');
  if (!box) return;
  const first = Date.parse(box.dataset.days), t = e.target, isField = t.type === 'date';
  const pairs = $$('[type="range"]', box).map(r => [r, $(`[name="${r.dataset.field}"]`, box)]); // the day compared with, where there is one, and the day
  const b = pairs.at(-1)[0], a = pairs.at(-2)?.[0];
  if (isField) { const own = pairs.find(([, field]) => field === t); if (own && t.value) own[0].value = (t.valueAsNumber - first) / DAY; } // a day half typed moves its own thumb alone
  else if (a && +a.value >= +b.value) { if (t === a) { a.value = Math.min(a.value, b.max - 1); b.value = +a.value + 1; } else { b.value = Math.max(b.value, 1); a.value = b.value - 1; } }
  pairs.forEach(([r, field]) => { if (!isField) field.value = iso(first + r.value * DAY); r.setAttribute('aria-valuetext', field.value); });
  if (a) { const span = $('.span', box); span.setAttribute('x', a.value); span.setAttribute('width', Math.max(0, b.value - a.value)); }
});

/* who opens "Say why" goes on to write it */
addEventListener('toggle', e => { if (e.target.matches?.('.why[open]') && document.activeElement === $('summary', e.target)) $('.field', e.target).focus(); }, true);

/* what is not filled in does not stand in the address */
addEventListener('htmx:config:request', e => {
  const { request: r } = e.detail.ctx;
  if (r.method === 'GET' && r.body) [...r.body.entries()].forEach(([k, v]) => { if (!v) r.body.delete(k); });
});

addEventListener('pageshow', () => $$('[data-auto] :disabled').forEach(x => { x.disabled = false; }));

/* what is asked stays unfolded while it is changed, though each answer brings it folded */
let unfolded = false;
addEventListener('toggle', e => { if (e.target.matches?.('.asked')) unfolded = e.target.open; }, true);
addEventListener('htmx:after:swap', () => { const asked = $('#main .asked'); if (asked && unfolded) asked.open = true; });

/* dropping files */
const size = n => n < 1048576 ? `${Math.ceil(n / 1024)} KB` : `${(n / 1048576).toFixed(1)} MB`;
const showFiles = input => {
  const list = $('#chosen');
  list.replaceChildren(...[...input.files].map(f => { const li = document.createElement('li'); li.textContent = `${f.name}, ${size(f.size)}`; return li; }));
  const zone = $('.drop'), isTooMuch = +zone.dataset.most > 0 && [...input.files].reduce((n, f) => n + f.size, 0) > +zone.dataset.most;
  if (isTooMuch) { const li = document.createElement('li'); li.className = 'bad'; li.textContent = zone.dataset.mostSaid; list.append(li); }
  $('#send').hidden = !input.files.length || isTooMuch;
};
if ($('[data-files]')) showFiles($('[data-files]'));
['dragover', 'drop', 'dragleave'].forEach(kind => addEventListener(kind, e => {
  const zone = $('.drop'); if (!zone) return;
  e.preventDefault(); zone.classList.toggle('over', kind === 'dragover');
  if (kind === 'drop' && e.dataTransfer?.files.length) { const input = $('[data-files]'); input.files = e.dataTransfer.files; showFiles(input); }
}));

// a course is read from its end
$$('.chartwrap:has(> .trend:not(.funnel-plot, .incidence, .told), > .stack-chart)').forEach(w => { w.scrollLeft = w.scrollWidth; });

/* Z takes back what was just done, but nothing while something is carried */
addEventListener('keydown', e => {
  if (e.key.toLowerCase() !== 'z' || e.metaKey || e.ctrlKey || e.altKey || $('dialog[open], .lifted')) return;
  if (!e.target.closest('input:not([type="checkbox"]),textarea,select')) $('#main [data-undo] button')?.click();
});

let g = 0;
addEventListener('keydown', e => {
  if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); return pal.open ? pal.close() : openPalette(); }
  // a dialog that was just closed keeps the focus until the page is drawn again
  if (e.target.closest('input,textarea,select') && !e.target.closest('dialog:not([open])') || e.metaKey || e.ctrlKey || e.altKey || document.querySelector('dialog[open]')) return;
  const now = Date.now(), key = e.key.toLowerCase();
  if (now - g < 900) { g = 0; const to = $(`.nav a[data-letter="${key.toUpperCase()}"]`); if (to) { location.href = to.href; return; } }
  if (key === 'g') g = now;
  else if (e.key === '/') { const f = $('[data-slash]'); if (f) { e.preventDefault(); f.focus(); } else { e.preventDefault(); openPalette(); } }
  else if (key === 't') flip();
  else if (e.key === '?') $('#keys').showModal();
  else if (key === 'j' || key === 'k') {
    const rows = $$('.tbl tbody tr a.row, .todo a.row'), i = rows.indexOf(document.activeElement);
    rows[Math.max(0, Math.min(rows.length - 1, i + (key === 'j' ? 1 : -1)))]?.focus();
  }
});

/* of tabs wider than their line, that of the page is in sight */
$$('.sections [aria-current]').forEach(t => { const line = t.parentElement; line.scrollLeft = t.offsetLeft - line.offsetLeft - (line.clientWidth - t.offsetWidth) / 2; });

/* a picture wider than its window is looked at in the middle */
$$('[data-middle]').forEach(w => { w.scrollLeft = (w.scrollWidth - w.clientWidth) / 2; });
