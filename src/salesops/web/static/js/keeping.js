// Working on a record without leaving its page. Each form and link also works by itself, without this.
const $ = (s, r = document) => r.querySelector(s);
const main = $('#main');
document.documentElement.classList.add('scripted');

let leaving = 0;
const toast = () => {
  const said = $('[data-toast]');
  clearTimeout(leaving);
  if (!said) return;
  history.replaceState(null, '', location.pathname);
  leaving = setTimeout(() => said.remove(), 8000);
};

/* the page as an answer shows it takes this one's place; an address that is no record's is gone to */
const show = async (answer, focus) => {
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html'), next = $('#main', page);
  if (!next || !$('[data-edit], [data-inplace], .told, .todo', next)) { location.href = answer.url; return; }
  main.replaceChildren(...next.childNodes);
  document.title = page.title;
  if ($('.nav', page)) $('.nav').replaceChildren(...$('.nav', page).childNodes); // what is due may have changed
  $('input[name="reason"][aria-invalid]', main)?.focus();
  const open = $('[data-inplace]', main), to = open ? $('.field, button', open) : focus ? document.getElementById(focus) : null;
  to?.focus();
  if (to?.matches('input:not([type="date"])')) to.select();
  toast();
};
const ask = async (address, options, focus) => {
  const answer = await fetch(address, options).catch(() => null);
  if (answer) return show(answer, focus);
  const word = document.createElement('div');
  word.className = 'notice bad'; word.setAttribute('role', 'alert');
  word.textContent = 'The server cannot be reached. Nothing was saved.';
  $('.pad', main).prepend(word);
};
const edited = () => { const open = $('[data-inplace]', main); return open?.dataset.back ?? (open ? `e-${open.elements.column.value}` : ''); };
const restore = () => ask(location.pathname, {}, edited());

addEventListener('click', e => {
  const link = e.target.closest('[data-edit], [data-restore]');
  if (!link || e.metaKey || e.ctrlKey || e.shiftKey) return;
  e.preventDefault();
  if (link.matches('[data-restore]')) restore(); else ask(link.href, {});
});
addEventListener('submit', e => {
  const form = e.target;
  if (!main.contains(form) || form.method !== 'post' || form.matches('[data-plain]')) return;
  e.preventDefault();
  const body = new URLSearchParams(new FormData(form, e.submitter)), focus = edited();
  if (e.submitter) e.submitter.disabled = true;
  ask(form.action, { method: 'POST', body }, focus).finally(() => { if (e.submitter) e.submitter.disabled = false; });
});
addEventListener('keydown', e => {
  if (e.key === 'Escape' && e.target.closest('[data-inplace]')) { e.preventDefault(); restore(); }
  if (e.key.toLowerCase() === 'd' && !e.metaKey && !e.ctrlKey && !e.altKey && !e.target.closest('input,textarea,select')) $('[data-finish]', document.activeElement.closest('.todo > li') ?? document.createElement('i'))?.click();
});

/* records that fit what is typed */
let typing = 0;
addEventListener('input', e => {
  const within = e.target.closest('[data-finds], [data-sought]');
  if (!within || e.target.type !== 'search') return;
  const mine = ++typing, there = within.dataset.sought ?? within.dataset.finds, box = $('[data-found]', e.target.closest('.fieldof') ?? within);
  setTimeout(async () => {
    if (mine !== typing) return;
    const answer = await fetch(`${there}&find=${encodeURIComponent(e.target.value)}`).catch(() => null);
    const page = answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html');
    const found = page && $(`[data-found="${box.dataset.found}"]`, page);
    if (found && mine === typing) box.replaceChildren(...found.childNodes);
  }, 150);
});
toast();
