// Stages are dragged to another place of their pipeline; the arrows beside them do the same without this.
const $ = (s, r = document) => r.querySelector(s);
document.documentElement.classList.add('scripted');
const said = $('[data-toast]');
if (said) { history.replaceState(null, '', location.pathname); setTimeout(() => said.remove(), 8000); }
addEventListener('keydown', e => { if (e.key === 'Escape') drop(); });

let held = null;
const over = e => {
  const row = document.elementFromPoint(e.clientX, e.clientY)?.closest('[data-movable]');
  return row && row !== held.row && row.parentElement === held.row.parentElement ? row : null;
};
const isAfter = row => +row.dataset.place > +held.row.dataset.place;
const mark = row => {
  document.querySelectorAll('.over, .after').forEach(r => r.classList.remove('over', 'after'));
  row?.classList.add(isAfter(row) ? 'after' : 'over');
};
const drop = () => { if (!held) return; mark(null); held.row.classList.remove('lifted'); held = null; };
addEventListener('pointerdown', e => {
  const row = e.target.closest('[data-movable]');
  if (!row || e.button || e.pointerType === 'touch' || e.target.closest('a,button,input')) return;
  held = { row, y: e.clientY };
});
addEventListener('pointermove', e => {
  if (!held) return;
  if (!held.isLifted && Math.abs(e.clientY - held.y) < 6) return;
  held.isLifted = true; held.row.classList.add('lifted'); getSelection()?.removeAllRanges();
  mark(over(e));
});
addEventListener('pointerup', e => {
  if (!held) return;
  const to = held.isLifted && over(e), { row } = held;
  const place = to && to.dataset.place;
  drop();
  if (!to) return;
  const form = $('#mover');
  form.elements.key.value = row.dataset.stage; form.elements.place.value = place;
  form.submit();
});
addEventListener('pointercancel', drop);
