// The board: cards are dragged with the mouse, moved with the keyboard, and by a form that works without this.
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const main = $('#main');
document.documentElement.classList.add('scripted');

let leaving = 0;
const toast = () => {
  const said = $('[data-toast]');
  clearTimeout(leaving);
  if (!said) return;
  const query = new URLSearchParams(location.search);
  ['done', 'at', 'move'].forEach(name => query.delete(name));
  history.replaceState(null, '', location.pathname + (query.size ? `?${query}` : ''));
  leaving = setTimeout(() => said.remove(), 8000);
};
const card = key => $$('[data-card]', main).find(c => c.dataset.card === key);
const columns = () => $$('[data-stage]', main);
const say = words => { $('[data-spoken]', main).textContent = words; };

/* the board as an answer shows it takes this one's place, where one was looking */
const ask = async (address, options, key) => {
  const answer = await fetch(address, options).catch(() => null);
  if (!answer) {
    const word = document.createElement('div');
    word.className = 'notice bad'; word.setAttribute('role', 'alert');
    word.textContent = 'The server cannot be reached. Nothing was moved.';
    $('[data-said]', main).replaceChildren(word);
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html'), next = $('#main', page);
  if (!next || !$('.board', next)) { location.href = answer.url; return; }
  const { scrollLeft, scrollTop } = $('.board', main);
  main.replaceChildren(...next.childNodes);
  Object.assign($('.board', main), { scrollLeft, scrollTop });
  const mine = $('#mine', main), at = key && card(key);
  (mine ? $('select', mine) : at && $('a', at))?.focus();
  toast();
};
const send = (form, key) => ask(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) }, key);
const move = (one, stage) => {
  const form = $('#mover'), from = one.closest('[data-stage]').dataset.stage;
  if (stage === from) return;
  form.elements.key.value = one.dataset.card; form.elements.seen.value = one.dataset.seen; form.elements.stage.value = stage;
  send(form, one.dataset.card);
};

addEventListener('click', e => {
  const link = e.target.closest('[data-opens]');
  if (!link || e.metaKey || e.ctrlKey || e.shiftKey) return;
  e.preventDefault();
  ask(link.href, {}, link.closest('[data-card]').dataset.card);
});
addEventListener('submit', e => {
  const form = e.target;
  if (!form.matches('[data-move], [data-undo]')) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form, e.submitter));
  ask(form.action, { method: 'POST', body }, form.elements.key.value);
});

/* with the mouse */
let held = null, justDropped = false;
const over = e => document.elementFromPoint(e.clientX, e.clientY)?.closest('[data-stage]');
const mark = column => columns().forEach(c => c.classList.toggle('over', c === column));
const drop = () => { held?.ghost?.remove(); held?.one.classList.remove('lifted'); mark(null); held = null; };
addEventListener('pointerdown', e => {
  const one = e.target.closest('[data-movable]');
  if (!one || e.button || e.pointerType === 'touch' || e.target.closest('button, select, input, [data-opens]')) return;
  held = { one, x: e.clientX, y: e.clientY };
});
addEventListener('dragstart', e => { if (e.target.closest?.('[data-movable]')) e.preventDefault(); });
addEventListener('pointermove', e => {
  if (!held) return;
  if (!held.ghost) {
    if (Math.hypot(e.clientX - held.x, e.clientY - held.y) < 6) return;
    const box = held.one.getBoundingClientRect();
    held.ghost = held.one.cloneNode(true); held.ghost.classList.add('carried'); held.ghost.removeAttribute('data-card');
    held.ghost.style.inlineSize = `${box.width}px`; held.dx = held.x - box.left; held.dy = held.y - box.top;
    document.body.append(held.ghost); held.one.classList.add('lifted');
    getSelection()?.removeAllRanges();
  }
  held.ghost.style.transform = `translate(${e.clientX - held.dx}px, ${e.clientY - held.dy}px)`;
  mark(over(e));
});
addEventListener('pointerup', e => {
  if (!held) return;
  const { one, ghost } = held, to = ghost && over(e);
  drop();
  if (!ghost) return;
  justDropped = true; setTimeout(() => { justDropped = false; }, 0);
  if (to) move(one, to.dataset.stage);
});
addEventListener('pointercancel', drop);
addEventListener('click', e => { if (justDropped) { e.preventDefault(); e.stopPropagation(); } }, { capture: true });

/* with the keyboard: M, then the arrows and Enter */
let moving = null;
const show = column => {
  const board = $('.board', main), { offsetLeft: from, offsetWidth: wide } = column;
  if (from < board.scrollLeft || from + wide > board.scrollLeft + board.clientWidth) board.scrollLeft = from - board.clientWidth / 3;
};
const end = () => { moving?.one.classList.remove('lifted'); mark(null); moving = null; };
addEventListener('keydown', e => {
  if (e.metaKey || e.ctrlKey || e.altKey || e.target.closest('input,textarea,select') || $('dialog[open]')) return;
  const one = e.target.closest?.('[data-card]');
  if (e.key === 'Escape' && (moving || held)) { if (moving) say('It stays where it is.'); end(); drop(); return; }
  if (moving) {
    const all = columns(), at = all.indexOf(moving.to);
    if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') {
      e.preventDefault();
      moving.to = all[Math.max(0, Math.min(all.length - 1, at + (e.key === 'ArrowRight' ? 1 : -1)))];
      mark(moving.to); show(moving.to); say(`To ${moving.to.dataset.stage}`);
    } else if (e.key === 'Enter') { e.preventDefault(); const { one: card, to } = moving; end(); move(card, to.dataset.stage); }
    return;
  }
  if (e.key.toLowerCase() === 'm' && one?.matches('[data-movable]')) {
    e.preventDefault();
    moving = { one, to: one.closest('[data-stage]') };
    one.classList.add('lifted'); mark(moving.to);
    say('Left and right choose the stage, Enter moves it, Escape leaves it.');
  } else if (one && e.key.startsWith('Arrow')) {
    const column = one.closest('[data-stage]'), cards = $$('[data-card]', column), all = columns(), i = cards.indexOf(one);
    const step = e.key === 'ArrowDown' || e.key === 'ArrowRight' ? 1 : -1;
    const to = e.key === 'ArrowDown' || e.key === 'ArrowUp' ? cards[i + step]
      : all.slice(...(step > 0 ? [all.indexOf(column) + 1] : [0, all.indexOf(column)])).filter(c => $('[data-card]', c)).at(step > 0 ? 0 : -1)?.querySelectorAll('[data-card]');
    const next = to?.length !== undefined ? to[Math.min(i, to.length - 1)] : to;
    if (next) { e.preventDefault(); $('a', next).focus(); }
  }
});
toast();
