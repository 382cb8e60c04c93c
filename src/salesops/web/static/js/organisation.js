// The tree: somebody is dragged onto their new manager, which opens the form that shows what would change.
const $ = (s, r = document) => r.querySelector(s);
const tree = $('[data-tree]');
document.documentElement.classList.add('scripted');

const said = $('[data-toast]');
if (said) {
  const query = new URLSearchParams(location.search);
  query.delete('done');
  history.replaceState(null, '', location.pathname + (query.size ? `?${query}` : ''));
  setTimeout(() => said.remove(), 8000);
}

let held = null, justDropped = false;
/* nobody can report to themselves or to somebody below them */
const over = e => {
  const one = document.elementFromPoint(e.clientX, e.clientY)?.closest('[data-tree] .one');
  return one && !held.node.contains(one) ? one : null;
};
const mark = one => {
  tree.querySelectorAll('.over').forEach(o => o.classList.remove('over'));
  one?.classList.add('over');
};
const drop = () => { held?.ghost?.remove(); held?.one.classList.remove('lifted'); if (tree) mark(null); held = null; };
if (tree?.dataset.moves) {
  tree.addEventListener('pointerdown', e => {
    const one = e.target.closest('[data-movable]');
    if (!one || e.button || e.pointerType === 'touch' || e.target.closest('.edit')) return;
    held = { one, node: one.closest('[data-node]'), x: e.clientX, y: e.clientY };
  });
  tree.addEventListener('dragstart', e => e.preventDefault());
  addEventListener('pointermove', e => {
    if (!held) return;
    if (!held.ghost) {
      if (Math.hypot(e.clientX - held.x, e.clientY - held.y) < 6) return;
      held.ghost = document.createElement('div'); held.ghost.className = 'carry';
      held.ghost.textContent = $('.who a', held.one).textContent;
      document.body.append(held.ghost); held.one.classList.add('lifted');
      getSelection()?.removeAllRanges();
    }
    held.ghost.style.transform = `translate(${e.clientX + 10}px, ${e.clientY + 10}px)`;
    mark(over(e));
  });
  addEventListener('pointerup', e => {
    if (!held) return;
    const { node, ghost } = held, to = ghost && over(e);
    drop();
    if (!ghost) return;
    justDropped = true; setTimeout(() => { justDropped = false; }, 0);
    if (!to) return;
    const manager = to.closest('[data-node]');
    const query = new URLSearchParams({ person: node.dataset.node, manager: manager.dataset.node, look: 1 });
    query.set('team', manager.dataset.team ?? node.dataset.team ?? '');
    if (tree.dataset.day) query.set('from', tree.dataset.day);
    location.href = `${tree.dataset.moves}?${query}`;
  });
  addEventListener('pointercancel', drop);
  addEventListener('keydown', e => { if (e.key === 'Escape') drop(); });
  addEventListener('click', e => { if (justDropped) { e.preventDefault(); e.stopPropagation(); } }, { capture: true });
}
