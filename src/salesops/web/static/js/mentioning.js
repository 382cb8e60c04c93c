// @ and the first letters of a name offer who can be mentioned. Without this the name is simply written.
const AT = /(?:^|[\s(\[,;:])@([^\s@][^@\n]{0,40})?$/u;
let box = null, field = null, asked = 0;

const shut = () => { box?.remove(); box = null; asked += 1; field?.removeAttribute('aria-activedescendant'); field?.removeAttribute('aria-controls'); };
const options = () => [...box.querySelectorAll('[role="option"]')];
const mark = i => {
  const all = options(), to = all[(i + all.length) % all.length];
  all.forEach(o => o.setAttribute('aria-selected', String(o === to)));
  to.scrollIntoView({ block: 'nearest' });
  field.setAttribute('aria-activedescendant', to.id);
};
const chosen = () => options().findIndex(o => o.getAttribute('aria-selected') === 'true');
const choose = option => {
  const before = field.value.slice(0, field.selectionStart), after = field.value.slice(field.selectionStart);
  const begun = before.slice(0, before.lastIndexOf('@') + 1) + option.dataset.mention + ' ';
  field.value = begun + after.replace(/^ /, '');
  field.setSelectionRange(begun.length, begun.length);
  shut(); field.focus();
};

addEventListener('input', async e => {
  if (!e.target.matches('[data-mentions]')) return;
  if (field !== e.target) shut();
  field = e.target;
  const begun = AT.exec(field.value.slice(0, field.selectionStart)), mine = ++asked;
  if (!begun) return shut();
  await new Promise(done => { setTimeout(done, 80); });
  if (mine !== asked) return;
  const query = new URLSearchParams({ about: field.dataset.mentions, q: begun[1] ?? '' });
  const answer = await fetch(`/people-to-mention?${query}`).catch(() => null);
  if (mine !== asked) return;
  const found = answer?.ok ? (await answer.text()).trim() : '';
  if (mine !== asked) return;
  if (!found) return shut();
  if (!box) {
    box = document.createElement('ul');
    box.className = 'people'; box.id = 'people';
    box.setAttribute('role', 'listbox'); box.setAttribute('aria-label', 'People you can mention');
    (field.closest('label') ?? field).after(box);
    field.setAttribute('aria-controls', 'people');
  }
  box.innerHTML = found;
  mark(0);
});
addEventListener('keydown', e => {
  if (!box || e.target !== field) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
  if (step) { e.preventDefault(); mark(chosen() + step); }
  else if (e.key === 'Enter' || e.key === 'Tab') { e.preventDefault(); choose(options()[Math.max(0, chosen())]); }
  else if (e.key === 'Escape') { e.preventDefault(); e.stopPropagation(); shut(); }
}, true);
addEventListener('pointerdown', e => {
  const option = box && e.target.closest('.people [role="option"]');
  if (option) { e.preventDefault(); choose(option); } else if (box && e.target !== field) shut();
});
addEventListener('focusout', e => { if (e.target === field) setTimeout(() => { if (document.activeElement !== field) shut(); }, 0); });
