// Working in a list: a row is edited where it stands. Each form and link also works by itself, without this.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const main = $('#main');
document.documentElement.classList.add('scripted');

let leaving = 0;
const toast = () => {
  const said = $('[data-toast]');
  clearTimeout(leaving);
  if (!said) return;
  const query = new URLSearchParams(location.search);
  ['done', 'at', 'edit', 'fact'].forEach(name => query.delete(name));
  history.replaceState(null, '', location.pathname + (query.size ? `?${query}` : ''));
  leaving = setTimeout(() => said.remove(), 8000);
};
const tell = words => {
  const word = document.createElement('div');
  word.className = 'notice bad'; word.setAttribute('role', 'alert'); word.textContent = words;
  $('[data-said]', main).replaceChildren(word);
};
const row = key => $$('[data-row]', main).find(r => r.dataset.row === key);

/* an answer is one row and what is said of it; any other page is gone to */
const ask = async (address, options, key, fact, isQuiet) => {
  const answer = await fetch(address, { ...options, headers: { 'X-Row': '1' } }).catch(() => null);
  if (!answer) return tell('The server cannot be reached. Nothing was saved.');
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (!$('[data-answer]', page)) { location.href = answer.url; return; }
  const old = row(key), made = $('[data-row]', page);
  if (!isQuiet) $('[data-said]', main).replaceChildren(...$('[data-said]', page).childNodes);
  const box = old && made && $('.pick input', made);
  if (box) box.checked = $('.pick input', old)?.checked;
  if (made) old?.replaceWith(made); else old?.remove();
  chosen();
  if (isQuiet) return;
  const open = made && $('[data-incell]', made);
  const to = open ? $('.field:not([type="hidden"]), button', open) : made && (($$('[data-cell]', made).find(c => c.dataset.cell === fact)) || $('a.row', made));
  to?.focus();
  if (to?.matches('input:not([type="date"])')) to.select();
  toast();
};
const restore = (form, isQuiet = false) => {
  const here = new URL($('[data-restore]', form).href), key = form.elements.key.value;
  here.searchParams.set('edit', key);
  return ask(here, {}, key, form.elements.column.value, isQuiet);
};
const isChanged = field => field.matches('select') ? ![...field.selectedOptions].every(o => o.defaultSelected) : field.value !== field.defaultValue;

addEventListener('click', e => {
  if (e.metaKey || e.ctrlKey || e.shiftKey) return;
  const cell = e.target.closest('[data-cell]'), back = e.target.closest('[data-restore]');
  if (cell) {
    e.preventDefault();
    const open = $('[data-incell]', main), typed = open && $('.field', open);
    if (typed && isChanged(typed)) { typed.focus(); return tell('Save or cancel what you are changing first.'); }
    if (open) restore(open, true);
    ask(cell.href, {}, cell.closest('[data-row]').dataset.row, cell.dataset.cell);
  } else if (back) { e.preventDefault(); restore(back.closest('form')); }
});
addEventListener('submit', e => {
  const form = e.target;
  if (!form.matches('[data-incell]') && !(form.matches('[data-undo]') && form.elements.key?.value)) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form, e.submitter));
  if (e.submitter) e.submitter.disabled = true;
  ask(form.action, { method: 'POST', body }, form.elements.key.value, form.elements.column?.value).finally(() => { if (e.submitter) e.submitter.disabled = false; });
});
addEventListener('keydown', e => {
  const form = e.target.closest('[data-incell]');
  if (form && e.key === 'Escape') { e.preventDefault(); restore(form); }
});
/* choosing rows: by the box, from the last chosen with shift, by X on the row that has the focus */
const bulk = $('[data-bulk]'), boxes = () => $$('[data-row] .pick input');
let last = null;
const chosen = () => {
  if (!bulk) return;
  const all = boxes(), n = all.filter(b => b.checked).length, matching = bulk.elements.all;
  bulk.hidden = !n && !matching?.checked;
  $('[data-chosen]', bulk).textContent = matching?.checked ? 'All that match' : `${n} chosen`;
  const whole = $('[data-pick-all] input');
  if (whole) { whole.checked = n > 0 && n === all.length; whole.indeterminate = n > 0 && n < all.length; }
};
addEventListener('click', e => {
  const box = e.target.closest('.pick input');
  if (!box) return;
  const all = boxes();
  if (box.closest('[data-pick-all]')) all.forEach(b => { b.checked = box.checked; });
  else if (e.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach(b => { b.checked = box.checked; });
  }
  last = box.closest('[data-pick-all]') ? null : box;
  chosen();
});
bulk?.addEventListener('change', chosen);
addEventListener('keydown', e => {
  if (e.key.toLowerCase() !== 'x' || e.metaKey || e.ctrlKey || e.altKey || e.target.closest('input:not([type="checkbox"]),textarea,select')) return;
  const box = e.target.closest('[data-row]')?.querySelector('.pick input');
  if (box) { box.checked = !box.checked; last = box; chosen(); }
});
addEventListener('pageshow', chosen);
$('[data-pick-all]')?.removeAttribute('hidden');

/* long work is looked at again until it has ended */
if ($('[data-going-on]')) setTimeout(() => location.reload(), 1500);

chosen();
toast();
